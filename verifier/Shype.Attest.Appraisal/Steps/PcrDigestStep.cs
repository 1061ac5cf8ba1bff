using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>
/// Do the logs add up to the PCRs that were signed (rules Q5 and A13)? Only then is what they say believed. Every quoted PCR has a value here that is computed
/// from the logs; one that no event explains must be as TPM Reset left it.
/// </summary>
internal static class PcrDigestStep
{
    public static bool Check(SignedQuote quote, FirmwareMemory firmware, ReplayedLog log, ReplayedIma ima, Evidence evidence, List<Finding> findings)
    {
        var replayed = new Replayed(firmware, log.Logs, ima);
        Span<byte> digest = stackalloc byte[MaxDigestSize];
        if (PcrComposite.TryDigest(quote.Hash, quote.Body.Selections, replayed, ValueOf, digest, out var size)
            && digest[..size].SequenceEqual(quote.Body.PcrDigest))
        {
            CheckShown(replayed, evidence, findings);
            return CheckCapped(quote, replayed, static (values, bank, pcr) => values.Value(bank, pcr), findings);
        }

        if (Shown.Proven(quote, evidence, findings) is not { } shown)
        {
            findings.Add(new(FindingCode.LogDigestMismatch, "pcrs"));
            return false;
        }

        ExplainDifference(quote, replayed, shown, findings);
        CheckCapped(quote, shown, static (values, bank, pcr) => values.Value(bank, pcr), findings);
        return false;
    }

    /// <summary>What can still be said where a log could not be read.</summary>
    public static void CheckWithoutLogs(SignedQuote quote, Evidence evidence, List<Finding> findings)
    {
        if (Shown.Proven(quote, evidence, findings) is { } shown)
        {
            CheckCapped(quote, shown, static (values, bank, pcr) => values.Value(bank, pcr), findings);
        }
    }

    private static ReadOnlySpan<byte> ValueOf(Replayed values, AlgorithmId bank, int pcr) => values.Value(bank, pcr);

    private static void CheckShown(Replayed replayed, Evidence evidence, List<Finding> findings)
    {
        foreach (var shown in evidence.PcrValues)
        {
            if (HashAlgorithms.TryParseText(shown.Bank, out var bank) && replayed.Value(bank, shown.Pcr) is { IsEmpty: false } value
                && !value.SequenceEqual(shown.Value.Span))
            {
                findings.Add(new(FindingCode.PcrValuesMismatch, $"pcr/{shown.Pcr}", Expected: Convert.ToHexStringLower(value), Found: Convert.ToHexStringLower(shown.Value.Span)));
                return;
            }
        }
    }

    private static void ExplainDifference(SignedQuote quote, Replayed replayed, Shown shown, List<Finding> findings)
    {
        foreach (var selection in quote.Body.Selections.Selections)
        {
            foreach (var pcr in selection.Pcrs)
            {
                var expected = replayed.Value(selection.Bank, pcr);
                var found = shown.Value(selection.Bank, pcr);
                if (expected.SequenceEqual(found))
                {
                    continue;
                }

                var subject = $"pcr/{pcr}";
                findings.Add(new(
                    replayed.IsExplained(selection.Bank, pcr) ? FindingCode.LogDigestMismatch : FindingCode.PcrUnexplained,
                    subject, Expected: Convert.ToHexStringLower(expected), Found: Convert.ToHexStringLower(found), Detail: $": {subject} differs"));
            }
        }
    }

    // A bank that firmware left alone can be filled by anybody with any history.
    private static bool CheckCapped<T>(SignedQuote quote, T values, Func<T, AlgorithmId, int, ReadOnlySpan<byte>> valueOf, List<Finding> findings)
    {
        var capped = true;
        foreach (var selection in quote.Body.Selections.Selections)
        {
            var (any, measured) = (false, false);
            for (var pcr = 0; pcr < FirmwarePcrs; pcr++)
            {
                any |= selection.Has(pcr);
                measured |= selection.Has(pcr) && valueOf(values, selection.Bank, pcr).ContainsAnyExcept((byte)0);
            }

            if (any && !measured)
            {
                findings.Add(new(FindingCode.BankNotCapped, "quote", Found: selection.Bank.ToText()));
                capped = false;
            }
        }

        return capped;
    }

    // PCRs as the logs together explain them: ours for the PCRs of the plan, the kernel's for PCR 10, the firmware's for the rest.
    internal readonly record struct Replayed(FirmwareMemory Firmware, IReadOnlyList<ReplayState> Logs, ReplayedIma Ima)
    {
        public ReadOnlySpan<byte> Value(AlgorithmId bank, int pcr) =>
            LogOf(bank, pcr) is { } log ? log[new PcrIndex(pcr)]
            : pcr == ImaPcr.Usual.Value && Ima.Find(bank) is { } kernel ? kernel.Value.Span
            : pcr < PcrIndex.Count && Firmware.Find(bank) is { } firmware ? firmware.Values[new PcrIndex(pcr)]
            : default;

        public bool IsExplained(AlgorithmId bank, int pcr) => LogOf(bank, pcr) is not null || pcr == ImaPcr.Usual.Value && Ima.IsReplayed || Firmware.Find(bank)?.Explains(pcr) == true;

        private ReplayState? LogOf(AlgorithmId bank, int pcr)
        {
            for (var i = 0; i < Logs.Count; i++)
            {
                if (Logs[i].Bank == bank)
                {
                    var plan = Logs[i].Plan;
                    return plan.Hypervisor.Value == pcr || plan.Policy.Value == pcr || plan.Vm.Value == pcr ? Logs[i] : null;
                }
            }

            return null;
        }
    }

    // PCR values that the host sent beside the quote: believed once they hash to the signed digest, and only to say which PCR differs.
    private sealed class Shown(IReadOnlyList<PcrValue> values)
    {
        public static Shown? Proven(SignedQuote quote, Evidence evidence, List<Finding> findings)
        {
            if (evidence.PcrValues.Count == 0)
            {
                return null;
            }

            var shown = new Shown(evidence.PcrValues);
            Span<byte> digest = stackalloc byte[MaxDigestSize];
            if (PcrComposite.TryDigest(quote.Hash, quote.Body.Selections, shown, static (values, bank, pcr) => values.Value(bank, pcr), digest, out var size)
                && digest[..size].SequenceEqual(quote.Body.PcrDigest))
            {
                return shown;
            }

            findings.Add(new(FindingCode.PcrValuesMismatch, "pcrs"));
            return null;
        }

        public ReadOnlySpan<byte> Value(AlgorithmId bank, int pcr)
        {
            foreach (var value in values)
            {
                if (value.Pcr == pcr && value.Bank == bank.ToText())
                {
                    return value.Value.Span;
                }
            }

            return default;
        }
    }

    private const int MaxDigestSize = 64;
    private const int FirmwarePcrs = 8;
}
