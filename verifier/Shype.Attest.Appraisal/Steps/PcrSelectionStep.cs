using Shype.Attest.Measurement;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>
/// Does the quote cover exactly what was asked, so that no PCR can be shown as another one (rule Q5)? TPMs sign whatever selection they are given: repeated
/// banks, any order, none at all.
/// </summary>
internal static class PcrSelectionStep
{
    public static bool Check(SignedQuote quote, IReadOnlyList<PcrRequest> asked, List<Finding> findings)
    {
        var (selections, before) = (quote.Body.Selections.Selections, findings.Count);
        var seen = 0;
        for (var i = 0; i < selections.Count; i++)
        {
            CheckForm(selections[i], findings);
            for (var j = 0; j < i; j++)
            {
                if (selections[j].Bank == selections[i].Bank)
                {
                    findings.Add(new(FindingCode.BankDuplicated, "quote", Found: selections[i].Bank.ToText(), Detail: quote.Body.Selections.ToString()));
                }
            }
        }

        for (var i = 0; i < asked.Count; i++)
        {
            var covered = 0u;
            foreach (var selection in selections)
            {
                covered |= selection.Bank.ToText() == asked[i].Bank ? selection.Mask : 0;
            }

            if ((MaskOf(asked[i]) & ~covered) is var missing and not 0)
            {
                findings.Add(new(FindingCode.PcrsNotCovered, "quote", Expected: Text(asked[i]), Detail: $"{asked[i].Bank}:{Text(missing)}"));
            }

            seen += i < selections.Count && selections[i].Bank.ToText() == asked[i].Bank && (selections[i].Mask & ~MaskOf(asked[i])) == 0 ? 1 : 0;
        }

        if (asked.Count == 0)
        {
            findings.Add(new(FindingCode.PcrsNotCovered, "quote", Detail: "none was asked for, which proves nothing"));
        }
        else if (seen != selections.Count)
        {
            findings.Add(new(FindingCode.PcrSelectionNotAsAsked, "quote",
                Expected: string.Join('+', asked.Select(Text)), Found: quote.Body.Selections.ToString(), Detail: quote.Body.Selections.ToString()));
        }

        return findings.Count == before;
    }

    private static void CheckForm(PcrSelection selection, List<Finding> findings)
    {
        // PC Client Platform TPM Profile 4.6: 24 PCRs, so three bytes and no bit above.
        if (selection.SelectBytes != 3 || selection.Mask >> PcrIndex.Count != 0)
        {
            findings.Add(new(FindingCode.PcrSelectionMalformed, "quote", Detail: $"{selection} in {selection.SelectBytes} bytes"));
        }

        if (selection.Bank is not (AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512))
        {
            findings.Add(new(FindingCode.BankNotAllowed, "quote", Found: selection.Bank.ToText()));
        }

        if ((selection.Mask & Resettable) != 0)
        {
            findings.Add(new(FindingCode.PcrNotTrusted, "quote", Detail: selection.ToString()));
        }
    }

    private static uint MaskOf(PcrRequest request)
    {
        var mask = 0u;
        for (var i = 0; i < request.Pcrs.Count; i++)
        {
            mask |= 1u << request.Pcrs[i];
        }

        return mask;
    }

    private static string Text(PcrRequest request) => $"{request.Bank}:{string.Join(',', request.Pcrs)}";

    private static string Text(uint mask) => string.Join(',', Enumerable.Range(0, 32).Where(pcr => (mask & (1u << pcr)) != 0));

    // Debug and application PCRs, which TPM2_PCR_Reset clears at any locality.
    private const uint Resettable = (1u << 16) | (1u << 23);
}
