using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>Measures everything that a VM is started from.</summary>
public sealed class VmMeasurement
{
    private readonly IProgress<MeasuringProgress>? _progress;
    private readonly CancellationToken _cancellationToken;
    private bool _mutable;

    private VmMeasurement(IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken) =>
        (_progress, _cancellationToken) = (progress, cancellationToken);

    /// <summary>The start record of a VM.</summary>
    /// <exception cref="AgentException">Something of it cannot be measured.</exception>
    public static VmStartContent Run(VmDefinition vm, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return new VmMeasurement(progress, cancellationToken).Measure(vm);
    }

    private VmStartContent Measure(VmDefinition vm)
    {
        var measured = new VmStartContent
        {
            Uuid = vm.Uuid,
            Name = vm.Name,
            Label = vm.Label,
            ConfigDigest = vm.Configuration switch
            {
                VmConfiguration.InFile file => Digest(file.Path),
                VmConfiguration.InText text => new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(Encoding.UTF8.GetBytes(text.Text))),
                _ => throw new ArgumentException("is of no known kind", nameof(vm)),
            },
            KernelDigest = OptionalDigest(vm.KernelFile),
            InitrdDigest = OptionalDigest(vm.InitrdFile),
            FirmwareDigest = OptionalDigest(vm.FirmwareFile),
            Disks = [.. vm.Disks.Select(disk => new VmDisk(disk.Name, OptionalDigest(disk.File), disk.ReadOnly))],
            Mutable = false,
        };
        return measured with { Mutable = _mutable };
    }

    private MeasuredDigest? OptionalDigest(string? path) => path is null ? null : Digest(path);

    private MeasuredDigest Digest(string path)
    {
        using var file = ImageFile.Open(path);
        _mutable |= !file.IsProtected;
        return file.Digest(_progress, _cancellationToken);
    }
}
