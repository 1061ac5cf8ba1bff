using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>A host's firmware and boot loader: what they measure when they start a hypervisor, and the log that they leave.</summary>
public sealed class Platform(PlatformOptions options)
{
    private readonly PlatformOptions _options = PlatformChecks.Check(options);

    /// <summary>Boots: measures into every active bank of a TPM that was just reset.</summary>
    public MeasuredBoot Start(TpmClient tpm)
    {
        ArgumentNullException.ThrowIfNull(tpm);
        return Measure([.. Capabilities.Banks(tpm).Selections.Select(selection => selection.Bank)], measured => tpm.Execute(new PcrExtendCommand(
            Handle.Pcr(measured.Pcr.Value),
            new DigestValues([.. measured.Digests.Select(digest => new HashValue(digest.Algorithm, digest.Value.ToArray()))]))));
    }

    /// <summary>The log of a boot for these banks, without a TPM: what reference values are taken from.</summary>
    public MeasuredBoot Describe(IReadOnlyList<AlgorithmId> banks) => Measure(banks, _ => { });

    private MeasuredBoot Measure(IReadOnlyList<AlgorithmId> banks, Action<BootEvent> extend)
    {
        var events = new BootEvents(banks);
        // All files are read before anything is extended: one that is missing leaves the TPM as it was.
        BootEvent[] all = [.. FirmwarePhase.Run(_options, events), .. GrubPhase.Run(_options, events), .. FirmwarePhase.HandOver(events)];
        var log = new TcgEventLogWriter(banks);
        foreach (var measured in all)
        {
            extend(measured);
            log.Add(measured.Pcr, measured.Type, measured.Data, measured.Digests);
        }

        return new MeasuredBoot(banks, log.ToArray());
    }
}
