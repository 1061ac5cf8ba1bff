using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>A host's firmware and boot loader: what they measure when they start a hypervisor, and the log that they leave.</summary>
public sealed class Platform(PlatformOptions options)
{
    private readonly PlatformOptions _options = PlatformChecks.Check(options);

    /// <summary>The log of a boot for these banks, without a TPM: what reference values are taken from.</summary>
    public MeasuredBoot Describe(IReadOnlyList<AlgorithmId> banks)
    {
        var writer = new TcgEventLogWriter(banks);
        foreach (var measured in Events(banks))
        {
            writer.Add(measured.Pcr, measured.Type, measured.Data, measured.Digests);
        }

        return new MeasuredBoot(banks, writer.ToArray());
    }

    private IEnumerable<BootEvent> Events(IReadOnlyList<AlgorithmId> banks)
    {
        var events = new BootEvents(banks);
        return [.. FirmwarePhase.Run(_options, events), .. GrubPhase.Run(_options, events), .. FirmwarePhase.HandOver(events)];
    }
}
