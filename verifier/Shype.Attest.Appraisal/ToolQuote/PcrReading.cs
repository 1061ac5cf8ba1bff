using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.ToolQuote;

/// <summary>PCR values from a file, once they are known to be the quoted ones: same PCRs, same digest.</summary>
internal sealed class PcrReading
{
    private PcrReading(IReadOnlyDictionary<AlgorithmId, IReadOnlyDictionary<int, byte[]>> values) => Values = values;

    public IReadOnlyDictionary<AlgorithmId, IReadOnlyDictionary<int, byte[]>> Values { get; }

    public static PcrReading? Check(QuoteBody quote, ToolQuoteInput input, AlgorithmId? hash, List<Finding> findings)
    {
        // Q16: the digest is made with the signature's hash, not with the bank's.
        if (hash is { } known && known.IsHash() && known.DigestSize() != quote.PcrDigest.Length)
        {
            findings.Add(new Finding(
                FindingCode.PcrDigestMismatch, Subject, Detail: $"the quoted digest has {quote.PcrDigest.Length} bytes, {known.ToText()} of the signature makes {known.DigestSize()}"));
        }

        if (input.PcrFile is not { } file || Read(file, quote, input, findings) is not { } pcrs || !IsOfQuote(pcrs, quote, findings))
        {
            return null;
        }

        if (hash is not { } signing || !signing.IsHash())
        {
            findings.Add(new Finding(FindingCode.NotEvaluated, Subject));
            return null;
        }

        Span<byte> digest = stackalloc byte[signing.DigestSize()];
        if (!PcrComposite.TryDigest(signing, quote.Selections, pcrs, static (file, bank, pcr) => file.Value(bank, pcr), digest, out _)
            || !digest.SequenceEqual(quote.PcrDigest))
        {
            var (quoted, computed) = (Convert.ToHexStringLower(quote.PcrDigest), Convert.ToHexStringLower(digest));
            findings.Add(new Finding(FindingCode.PcrDigestMismatch, Subject, Expected: quoted, Found: computed, Detail: "a value was changed, or is of another moment"));
            return null;
        }

        return new PcrReading(quote.Selections.Selections.GroupBy(selection => selection.Bank).ToDictionary(
            bank => bank.Key,
            IReadOnlyDictionary<int, byte[]> (bank) => bank.SelectMany(selection => selection.Pcrs).Distinct()
                .ToDictionary(pcr => pcr, pcr => pcrs.Value(bank.Key, pcr).ToArray())));
    }

    private static ToolPcrFile? Read(ReadOnlySpan<byte> file, QuoteBody quote, ToolQuoteInput input, List<Finding> findings)
    {
        if (ToolPcrFile.TryRead(file, out var pcrs, out var problem))
        {
            return pcrs;
        }

        // Bare values have no head to be known by: they are as long as the selection says, and are taken in its order.
        var selection = input.Asked ?? quote.Selections;
        if (file.Length == selection.Selections.Sum(part => part.Count * part.Bank.DigestSize())
            && ToolPcrFile.TryReadValues(file, selection, out pcrs, out problem))
        {
            return pcrs;
        }

        findings.Add(new Finding(FindingCode.PcrValuesMalformed, Subject, Detail: problem!.Problem));
        return null;
    }

    // A value beside the quote that the quote does not cover would be shown as if it were proven.
    private static bool IsOfQuote(ToolPcrFile pcrs, QuoteBody quote, List<Finding> findings)
    {
        var (shown, quoted) = (SelectionRules.Pcrs(pcrs.Selections).ToHashSet(), SelectionRules.Pcrs(quote.Selections).ToHashSet());
        if (shown.SetEquals(quoted))
        {
            return true;
        }

        findings.Add(new Finding(
            FindingCode.PcrDigestMismatch,
            Subject,
            Expected: quote.Selections.ToString(),
            Found: pcrs.Selections.ToString(),
            Detail: $"the values are of {pcrs.Selections}, the quote is of {quote.Selections}"));
        return false;
    }

    private const string Subject = "pcr-values";
}
