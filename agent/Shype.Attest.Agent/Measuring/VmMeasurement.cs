using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Agent.Images;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// Everything that a VM is started from, opened before the VM is made and held until it was measured: what is hashed is what these handles read, and at the end
/// each path must still lead to what was hashed.
/// </summary>
public sealed class VmMeasurement : IDisposable
{
    private readonly VmDefinition _vm;
    private readonly List<ImageFile> _files = [];
    private readonly List<BackingChain?> _chains = [];
    private readonly List<SealedCopy> _copies = [];
    private readonly Dictionary<string, MeasuredDigest> _sealed = new(StringComparer.Ordinal);
    private ImageFile? _config;
    private ImageFile? _kernel;
    private ImageFile? _initrd;
    private ImageFile? _firmware;

    private VmMeasurement(VmDefinition vm) => _vm = vm;

    /// <summary>Where the sealed copy of the kernel is; null where there is none.</summary>
    public string? SealedKernel { get; private set; }

    /// <summary>Where the sealed copy of the initial file system is; null where there is none.</summary>
    public string? SealedInitrd { get; private set; }

    /// <summary>Opens what a VM is started from.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="seal">Whether kernel and initial file system are copied where nobody can write them any more, for a hypervisor that will read those copies.</param>
    /// <exception cref="AgentException">Something of it cannot be opened.</exception>
    public static VmMeasurement Open(VmDefinition vm, bool seal)
    {
        ArgumentNullException.ThrowIfNull(vm);
        var measurement = new VmMeasurement(vm);
        try
        {
            measurement.OpenAll(seal);
            return measurement;
        }
        catch
        {
            measurement.Dispose();
            throw;
        }
    }

    /// <summary>Measures all of it, on all cores.</summary>
    /// <exception cref="AgentException">Something cannot be read, changed meanwhile, or is no longer where it was.</exception>
    public VmStartContent Run(AgentContext agent, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var cache = DigestCache.Open(agent.State, agent.Clock, AgentIdentity.ReadBootId(agent.Options.BootId));
        var content = Measure(cache, agent.Options.DiskDigest, progress, cancellationToken);
        cache.Save();
        return content;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.ForEach(file => file.Dispose());
        _chains.ForEach(chain => chain?.Dispose());
        _copies.ForEach(copy => copy.Dispose());
    }

    private void OpenAll(bool seal)
    {
        _config = _vm.Configuration is VmConfiguration.InFile file ? Open(file.Path) : null;
        (_kernel, SealedKernel) = OpenLoaded(_vm.KernelFile, seal);
        (_initrd, SealedInitrd) = OpenLoaded(_vm.InitrdFile, seal);
        _firmware = _vm.FirmwareFile is { } firmware ? Open(firmware) : null;
        foreach (var disk in _vm.Disks)
        {
            _chains.Add(disk.File is null ? null : BackingChain.Open(disk.File, disk.Format));
        }
    }

    private ImageFile Open(string path)
    {
        var file = ImageFile.Open(path);
        _files.Add(file);
        return file;
    }

    private (ImageFile? File, string? Copy) OpenLoaded(string? path, bool seal)
    {
        if (path is null)
        {
            return default;
        }

        var file = Open(path);
        if (!seal)
        {
            return (file, null);
        }

        var bytes = file.ReadAll(SealedCopy.MaxBytes);
        var copy = SealedCopy.Of(bytes);
        _copies.Add(copy);
        _sealed[path] = new(MeasuredDigest.Sha256, SHA256.HashData(bytes));
        return (file, copy.Path);
    }

    private VmStartContent Measure(DigestCache cache, string diskKind, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        var chains = _vm.Disks.Zip(_chains, (disk, chain) => (Disk: disk, Links: chain?.Links ?? [])).ToList();
        var measured = chains.SelectMany(chain => chain.Links.Where(link => link.IsBacking || !chain.Disk.IsVmsOwn).Select(link => link.File)).ToList();
        var loaded = _files.Where(file => !_sealed.ContainsKey(file.Path)).ToList();
        var digests = Digests([.. loaded.Select(file => (file, MeasuredDigest.Sha256)), .. measured.Select(file => (file, diskKind))], cache, progress, cancellationToken);
        RefuseMoved(loaded.Concat(measured));
        return new VmStartContent
        {
            Uuid = _vm.Uuid,
            Name = _vm.Name,
            Label = _vm.Label,
            ConfigDigest = _config is not null ? digests[_config]
                : new(MeasuredDigest.Sha256, SHA256.HashData(Encoding.UTF8.GetBytes(((VmConfiguration.InText)_vm.Configuration).Text))),
            KernelDigest = Of(_kernel),
            InitrdDigest = Of(_initrd),
            FirmwareDigest = Of(_firmware),
            Disks =
            [
                .. chains.SelectMany(chain => chain.Links.Count == 0
                    ? [new VmDisk(chain.Disk.Name, null, chain.Disk.ReadOnly)]
                    // A VM writes to the file that it is given, and to an external data file of that, and to nothing below.
                    : chain.Links.Select(link => new VmDisk(
                        chain.Disk.Name + link.Suffix, Of(link.File), chain.Disk.ReadOnly || link.IsBacking))),
            ],
            Mutable = loaded.Concat(measured).Any(file => !file.IsProtected),
        };

        MeasuredDigest? Of(ImageFile? file) => file is null ? null
            : _sealed.TryGetValue(file.Path, out var copy) ? copy
            : digests.TryGetValue(file, out var digest) ? digest : null;
    }

    private static Dictionary<ImageFile, MeasuredDigest> Digests(
        IReadOnlyList<(ImageFile File, string Kind)> jobs, DigestCache cache, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        var digests = new MeasuredDigest[jobs.Count];
        try
        {
            Parallel.For(0, jobs.Count, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            {
                var (file, kind) = jobs[i];
                digests[i] = cache.Get(file, kind, () => ImageDigest.Of(file, kind, progress, cancellationToken));
            });
        }
        catch (AggregateException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return jobs.Select((job, i) => (job.File, digests[i])).ToDictionary();
    }

    private static void RefuseMoved(IEnumerable<ImageFile> files)
    {
        foreach (var file in files)
        {
            using var now = file.IsBlockDevice ? ImageFile.OpenDisk(file.Path) : ImageFile.Open(file.Path);
            if ((now.Status.Device, now.Status.Inode, now.Status.Number) != (file.Status.Device, file.Status.Inode, file.Status.Number))
            {
                throw new AgentException(ExitCode.CouldNot, $"{file.Path}: another file was put in its place while it was measured");
            }
        }
    }
}
