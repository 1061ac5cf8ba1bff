using System.Security.Cryptography;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>What the firmware's event log adds up to, read once for each log: one that is known by its digest is not read again.</summary>
internal static class FirmwareLogStep
{
    public static FirmwareMemory? Check(Evidence evidence, IReadOnlyList<AlgorithmId> banks, HostMemory? memory, List<Finding> findings)
    {
        var known = memory?.Firmware is { } kept && Covers(kept, banks) ? kept : null;
        if (evidence.FirmwareLog is not { } log)
        {
            if (known is null)
            {
                findings.Add(new(FindingCode.FirmwareLogMissing, "firmware-log"));
            }

            return known;
        }

        var digest = SHA256.HashData(log.Span);
        return known is not null && digest.AsSpan().SequenceEqual(known.LogDigest) ? known : Read(log, digest, banks, findings);
    }

    public static FirmwareMemory? Read(ReadOnlyMemory<byte> bytes, byte[] digest, IReadOnlyList<AlgorithmId> banks, List<Finding> findings)
    {
        if (!TcgEventLog.TryParse(bytes, out var log, out var problem))
        {
            findings.Add(new(FindingCode.FirmwareLogMalformed, "firmware-log", Detail: problem.ToString()));
            return null;
        }

        if (log.Format == LogFormat.Ccel)
        {
            findings.Add(new(FindingCode.FirmwareLogMalformed, "firmware-log", Detail: "it is that of a confidential VM, whose indices are no PCRs"));
            return null;
        }

        var replayed = new FirmwareBank[banks.Count];
        for (var i = 0; i < replayed.Length; i++)
        {
            if (!PcrReplay.TryReplay(log, banks[i], out var replay) || replay.Incomplete.Count > 0)
            {
                findings.Add(new(FindingCode.FirmwareLogLacksBank, "firmware-log", Found: banks[i].ToText()));
                return null;
            }

            replayed[i] = new FirmwareBank(replay.Values, replay.Explained.Aggregate(0u, (mask, pcr) => mask | (1u << pcr.Value)));
        }

        return new(digest, replayed, BootChainMemory.Of(log, ProvingBank(banks)));
    }

    // Agents measure files by SHA-256 unless told otherwise, so that bank says most where it is quoted.
    private static AlgorithmId ProvingBank(IReadOnlyList<AlgorithmId> banks) => banks.Contains(AlgorithmId.Sha256) ? AlgorithmId.Sha256 : banks[0];

    private static bool Covers(FirmwareMemory firmware, IReadOnlyList<AlgorithmId> banks)
    {
        for (var i = 0; i < banks.Count; i++)
        {
            if (firmware.Find(banks[i]) is null)
            {
                return false;
            }
        }

        return banks.Contains(firmware.Chain.Bank);
    }
}
