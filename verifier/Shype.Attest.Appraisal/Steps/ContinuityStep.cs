using System.Security.Cryptography;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Is the quote later than everything accepted before from this host, by the same TPM (rule Q6)?</summary>
internal static class ContinuityStep
{
    /// <summary>What to remember of the quote, and whether it is later than what is remembered.</summary>
    public static (QuoteFacts Facts, bool IsLater) Check(SignedQuote quote, Evidence evidence, AppraisalContext context, List<Finding> findings)
    {
        var (clock, rules, before) = (quote.Attest.Clock, context.Rules, context.Memory?.LastQuote);
        var facts = new QuoteFacts(clock, quote.Attest.FirmwareVersion, quote.Attest.QualifiedSigner, SHA256.HashData(evidence.QuoteAttest.Span));
        if (rules.DemandSafeClock && !clock.Safe)
        {
            findings.Add(new(FindingCode.ClockNotSafe, "quote"));
        }

        if (rules.MinimumFirmwareVersion is { } minimum && facts.FirmwareVersion < minimum)
        {
            findings.Add(new(FindingCode.FirmwareVersionTooLow, "tpm", Expected: $"0x{minimum:x16}", Found: $"0x{facts.FirmwareVersion:x16}"));
        }

        if (before is not null && IsSameBoot(context.Memory, clock) && facts.FirmwareVersion != before.FirmwareVersion)
        {
            findings.Add(new(FindingCode.FirmwareVersionChanged, "tpm", Expected: $"0x{before.FirmwareVersion:x16}", Found: $"0x{facts.FirmwareVersion:x16}"));
        }

        var problem = before is null || (context.IsAgain && context.Memory!.IsOf(evidence)) ? null : FindProblem(facts, before);
        if (problem is not null)
        {
            findings.Add(problem);
        }

        return (facts, problem is null);
    }

    public static bool IsSameBoot(HostMemory? memory, ClockInfo clock) => memory is not null && memory.LastQuote.Clock.ResetCount == clock.ResetCount;

    private static Finding? FindProblem(QuoteFacts now, QuoteFacts before)
    {
        var (clock, last) = (now.Clock, before.Clock);
        if (now.Digest.AsSpan().SequenceEqual(before.Digest))
        {
            return new(FindingCode.QuoteReplayed, "quote");
        }

        if (!now.QualifiedSigner.Equals(before.QualifiedSigner))
        {
            return new(FindingCode.SignerChanged, "quote", Expected: before.QualifiedSigner.ToString(), Found: now.QualifiedSigner.ToString());
        }

        if (clock.ResetCount != last.ResetCount)
        {
            return IsLater(clock.ResetCount, last.ResetCount) ? null
                : new(FindingCode.BootWentBackwards, "quote", Expected: $"{last.ResetCount}", Found: $"{clock.ResetCount}");
        }

        if (clock.RestartCount != last.RestartCount && !IsLater(clock.RestartCount, last.RestartCount))
        {
            return new(FindingCode.BootWentBackwards, "quote",
                Expected: $"{last.ResetCount}.{last.RestartCount}", Found: $"{clock.ResetCount}.{clock.RestartCount}");
        }

        // Part 1, 36.3: only a reset can set Clock back, to what was last written; within a boot it only rises. Two quotes may fall into one millisecond.
        return clock.Clock < last.Clock
            ? new(FindingCode.ClockWentBackwards, "quote", Expected: $"{last.Clock}", Found: $"{clock.Clock}")
            : null;
    }

    // For a key outside of the endorsement hierarchy the TPM adds a secret constant to each counter (Part 3, 18.1), so that they may pass 2^32: what is later
    // is a matter of the difference.
    private static bool IsLater(uint now, uint before) => unchecked((int)(now - before)) > 0;
}
