using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>A Linux kernel with IMA: measures each file that it loads into PCR 10, and keeps the list of them.</summary>
public sealed class KernelPhase
{
    private readonly ImaListWriter _list;

    private KernelPhase(IReadOnlyList<AlgorithmId> banks) => _list = new ImaListWriter(banks);

    /// <summary>The list, as binary_runtime_measurements has it.</summary>
    public byte[] List => _list.ToArray();

    /// <summary>Starts after a measured boot: the first entry is a digest over PCR 0 to 9.</summary>
    public static KernelPhase Start(TpmClient tpm, MeasuredBoot boot)
    {
        ArgumentNullException.ThrowIfNull(boot);
        if (!TcgEventLog.TryParse(boot.EventLog, out var log, out var problem) || !PcrReplay.TryReplay(log, AlgorithmId.Sha256, out var replay))
        {
            throw new SimulatorException($"IMA needs a boot that was measured into the bank sha256: {problem?.ToString() ?? "there is no such bank"}");
        }

        var kernel = new KernelPhase(boot.Banks);
        kernel.Measure(tpm, list => list.AddBootAggregate(replay.Values));
        return kernel;
    }

    /// <summary>Measures something: appended to the list first, then extended, as a kernel does.</summary>
    public void Measure(TpmClient tpm, Func<ImaListWriter, IReadOnlyList<BankDigest>> add)
    {
        ArgumentNullException.ThrowIfNull(tpm);
        ArgumentNullException.ThrowIfNull(add);
        var digests = add(_list);
        tpm.Execute(new PcrExtendCommand(
            Handle.Pcr(ImaPcr.Usual.Value), new DigestValues([.. digests.Select(digest => new HashValue(digest.Algorithm, digest.Value.ToArray()))])));
    }
}
