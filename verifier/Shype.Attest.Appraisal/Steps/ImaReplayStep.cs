using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>
/// The kernel's IMA list, replayed from where it is known to the PCR 10 that the host shows beside its quote: the list was read after the quote and is mostly
/// longer. What is shown is not believed here; the PCR digest, which comes next, proves it or fails the quote.
/// </summary>
internal static class ImaReplayStep
{
    public static ReplayedIma Replay(SignedQuote quote, Evidence evidence, FirmwareMemory firmware, ImaMemory? known, AppraisalContext context)
    {
        var demands = context.Rules.Ima;
        var banks = Quoted(quote);
        // The plan may give no role to PCR 10, and rules may leave it out of the quote.
        if (demands.Mode == ImaMode.Ignored || banks.Count == 0)
        {
            return new() { IsQuoted = false };
        }

        var shown = Shown(banks, evidence, firmware);
        var was = known?.IsJudgedBy(demands.Files) == true ? known : null;
        if (evidence.ImaLog is not { } suffix)
        {
            return new() { Banks = shown, WasShown = known is not null, IsStarted = IsStarted(shown, firmware) };
        }

        var from = suffix.Offset == 0 ? ImaMemory.Start(demands.Files) : was;
        if (from is null || from.Offset != suffix.Offset)
        {
            var needed = was?.Offset ?? 0;
            return new() { Banks = shown, Problem = new(FindingCode.ImaLogOffsetMismatch, "ima", Expected: $"{needed}", Found: $"{suffix.Offset}") };
        }

        return Replay(from, suffix.Entries, banks, shown, firmware);
    }

    private static ReplayedIma Replay(ImaMemory from, ReadOnlyMemory<byte> entries, List<AlgorithmId> banks, List<ImaBank> shown, FirmwareMemory firmware)
    {
        var (replayed, length, count) = (new ImaBank[banks.Count], -1, 0);
        LogProblem? problem = null;
        for (var i = 0; i < banks.Count; i++)
        {
            var target = shown[i].Value;
            replayed[i] = shown[i];
            var found = false;
            foreach (var style in from.Find(banks[i]) is { } known ? [known.Style] : (ReadOnlySpan<ImaDigestStyle>)[ImaDigestStyle.Hashed, ImaDigestStyle.Padded])
            {
                var pcr = new ImaPcr(banks[i], style, from.Find(banks[i]) is { } before ? before.Value.Span : firmware.Find(banks[i])!.Values[ImaPcr.Usual]);
                var reader = new ImaListReader(entries, from.Entries);
                if (TryReach(pcr, reader, target.Span, length, out problem))
                {
                    (replayed[i], length, count, found) = (new(banks[i], style, target), reader.Offset, reader.Next - from.Entries, true);
                    break;
                }
            }

            if (!found)
            {
                return new() { Banks = shown, Problem = ProblemOf(problem, banks[i], target) };
            }
        }

        return new() { Banks = replayed, From = from, Proven = entries[..length], Entries = count };
    }

    // The shortest part that has the value; once one bank said how long it is, the others must agree with it.
    private static bool TryReach(ImaPcr pcr, ImaListReader reader, ReadOnlySpan<byte> target, int length, out LogProblem? problem)
    {
        problem = null;
        Span<byte> sha1 = stackalloc byte[AlgorithmId.Sha1.DigestSize()];
        while (length < 0 ? !pcr.Value.SequenceEqual(target) : reader.Offset < length)
        {
            if (reader.AtEnd || !reader.TryRead(out var entry, out problem))
            {
                return false;
            }

            if (entry.Pcr == ImaPcr.Usual)
            {
                if (pcr.Style == ImaDigestStyle.Padded)
                {
                    entry.HashContent(AlgorithmId.Sha1, sha1);
                }

                pcr.Extend(entry, sha1);
            }
        }

        return pcr.Value.SequenceEqual(target);
    }

    private static Finding ProblemOf(LogProblem? problem, AlgorithmId bank, ReadOnlyMemory<byte> target) => problem is null
        ? new(FindingCode.ImaLogMismatch, "ima", Found: Convert.ToHexStringLower(target.Span), Detail: $" in the bank {bank.ToText()}")
        : new(FindingCode.ImaLogMalformed, "ima", Detail: problem.ToString());

    private static List<AlgorithmId> Quoted(SignedQuote quote)
    {
        var banks = new List<AlgorithmId>();
        foreach (var selection in quote.Body.Selections.Selections)
        {
            if (selection.Has(ImaPcr.Usual.Value))
            {
                banks.Add(selection.Bank);
            }
        }

        return banks;
    }

    // Where nothing is shown PCR 10 must be as firmware left it, which the PCR digest then says.
    private static List<ImaBank> Shown(List<AlgorithmId> banks, Evidence evidence, FirmwareMemory firmware)
    {
        var values = new List<ImaBank>(banks.Count);
        foreach (var bank in banks)
        {
            ReadOnlyMemory<byte>? found = null;
            foreach (var value in evidence.PcrValues)
            {
                if (value.Pcr == ImaPcr.Usual.Value && value.Bank == bank.ToText() && value.Value.Length == bank.DigestSize())
                {
                    found = value.Value;
                    break;
                }
            }

            values.Add(new(bank, ImaDigestStyle.Hashed, found ?? firmware.Find(bank)!.Values[ImaPcr.Usual].ToArray()));
        }

        return values;
    }

    private static bool IsStarted(List<ImaBank> shown, FirmwareMemory firmware) =>
        shown.Exists(bank => !bank.Value.Span.SequenceEqual(firmware.Find(bank.Algorithm)!.Values[ImaPcr.Usual]));
}

/// <summary>What the IMA list would have made of PCR 10. Believed once the PCR digest is.</summary>
internal sealed record ReplayedIma
{
    /// <summary>Whether the quote has PCR 10.</summary>
    public bool IsQuoted { get; init; } = true;

    /// <summary>PCR 10 in each quoted bank.</summary>
    public IReadOnlyList<ImaBank> Banks { get; init; } = [];

    /// <summary>Where the list was continued; null where there is none that can be.</summary>
    public ImaMemory? From { get; init; }

    /// <summary>The entries that the quote covers.</summary>
    public ReadOnlyMemory<byte> Proven { get; init; }

    /// <summary>How many they are.</summary>
    public int Entries { get; init; }

    /// <summary>Why the list explains nothing.</summary>
    public Finding? Problem { get; init; }

    /// <summary>Whether a list was shown earlier in this boot.</summary>
    public bool WasShown { get; init; }

    /// <summary>Whether something was extended into PCR 10.</summary>
    public bool IsStarted { get; init; }

    public bool IsReplayed => From is not null;

    public ImaBank? Find(AlgorithmId bank)
    {
        foreach (var value in Banks)
        {
            if (value.Algorithm == bank)
            {
                return value;
            }
        }

        return null;
    }
}
