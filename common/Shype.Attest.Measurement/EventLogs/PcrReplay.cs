using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>What a log's events add up to in one bank.</summary>
/// <param name="Values">The PCR values that the log explains.</param>
/// <param name="Explained">The PCRs that some event was extended into, ascending. For any other PCR the log says nothing, whatever its value.</param>
/// <param name="Incomplete">The PCRs with an event that has no digest for this bank: their values here are not what a TPM holds.</param>
public sealed record FirmwareReplay(PcrBank Values, IReadOnlyList<PcrIndex> Explained, IReadOnlyList<PcrIndex> Incomplete);

/// <summary>How a PCR differs from a log.</summary>
public enum PcrDifferenceCode
{
    /// <summary>The events lead to another value.</summary>
    Mismatch,

    /// <summary>The PCR is not as TPM Reset left it, and no event explains why.</summary>
    Unexplained,

    /// <summary>An event of this PCR has no digest for the bank, so that nothing can be said.</summary>
    Incomplete,
}

/// <summary>A PCR that a log does not account for.</summary>
/// <param name="Pcr">The PCR.</param>
/// <param name="Code">How it differs.</param>
/// <param name="Expected">What the log leads to.</param>
/// <param name="Found">What the PCR holds.</param>
public sealed record PcrDifference(PcrIndex Pcr, PcrDifferenceCode Code, ReadOnlyMemory<byte> Expected, ReadOnlyMemory<byte> Found);

/// <summary>Extends a firmware log's events in software.</summary>
public static class PcrReplay
{
    /// <summary>Replays one bank; false when the log has no such bank or its hash is unknown.</summary>
    public static bool TryReplay(TcgEventLog log, AlgorithmId bank, [NotNullWhen(true)] out FirmwareReplay? replay)
    {
        ArgumentNullException.ThrowIfNull(log);
        replay = null;
        if (!log.HasBank(bank) || bank.DigestSize() == 0)
        {
            return false;
        }

        var values = PcrBank.AtReset(bank);
        Span<byte> initial = stackalloc byte[values.DigestSize];
        initial.Clear();
        initial[^1] = log.StartupLocality;
        values.Set(new PcrIndex(0), initial);
        uint explained = 0, incomplete = 0;
        foreach (var measured in log.Events)
        {
            if (!measured.IsExtended)
            {
                continue;
            }

            if (measured.Digest(bank) is { IsEmpty: false } digest)
            {
                values.Extend(measured.Pcr, digest.Span);
                explained |= 1u << measured.Pcr.Value;
            }
            else
            {
                incomplete |= 1u << measured.Pcr.Value;
            }
        }

        replay = new FirmwareReplay(values, Indices(explained), Indices(incomplete));
        return true;
    }

    /// <summary>Which of these PCRs the log does not account for; none is what a verifier wants. A PCR that no event names must be as after TPM Reset.</summary>
    public static IReadOnlyList<PcrDifference> Compare(FirmwareReplay replay, PcrBank found, IEnumerable<PcrIndex> pcrs)
    {
        ArgumentNullException.ThrowIfNull(replay);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(pcrs);
        if (found.Algorithm != replay.Values.Algorithm)
        {
            throw new ArgumentException($"values of {found.Algorithm.ToText()} cannot be compared with a replay of {replay.Values.Algorithm.ToText()}", nameof(found));
        }

        var differences = new List<PcrDifference>();
        foreach (var pcr in pcrs)
        {
            var code = replay.Incomplete.Contains(pcr) ? PcrDifferenceCode.Incomplete
                : replay.Explained.Contains(pcr) ? PcrDifferenceCode.Mismatch
                : PcrDifferenceCode.Unexplained;
            if (code == PcrDifferenceCode.Incomplete || !replay.Values[pcr].SequenceEqual(found[pcr]))
            {
                differences.Add(new PcrDifference(pcr, code, replay.Values[pcr].ToArray(), found[pcr].ToArray()));
            }
        }

        return differences;
    }

    private static PcrIndex[] Indices(uint mask) =>
        [.. Enumerable.Range(0, PcrIndex.Count).Where(i => (mask & (1u << i)) != 0).Select(i => new PcrIndex(i))];
}
