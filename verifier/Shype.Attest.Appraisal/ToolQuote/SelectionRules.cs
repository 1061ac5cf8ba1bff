using System.Numerics;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.ToolQuote;

/// <summary>Rule Q5 for a selection that a TPM signed. A TPM signs any order, any repetition and nothing at all, so each of them is looked for here.</summary>
internal static class SelectionRules
{
    public static IEnumerable<Finding> Check(PcrSelectionList quoted, PcrSelectionList? asked, bool acceptSha1Only)
    {
        var selections = quoted.Selections;
        if (quoted.PcrCount == 0)
        {
            yield return new Finding(FindingCode.PcrsNotCovered, Subject, Found: quoted.ToString(), Detail: "it covers no PCR at all");
        }

        // CVE-2024-29039: whoever numbers the values by counting takes the second part's PCRs for others.
        foreach (var bank in selections.GroupBy(selection => selection.Bank).Where(bank => bank.Count() > 1))
        {
            yield return new Finding(FindingCode.BankDuplicated, Subject, Found: quoted.ToString(), Detail: bank.Key.ToText());
        }

        foreach (var selection in selections)
        {
            if (selection.Mask >> PcrCount != 0)
            {
                var highest = 31 - BitOperations.LeadingZeroCount(selection.Mask);
                yield return new Finding(FindingCode.PcrSelectionMalformed, Subject, Detail: $"{selection.Bank.ToText()} selects PCR {highest}, there are 0 to 23");
            }

            if (selection.SelectBytes != PcrCount / 8)
            {
                yield return new Finding(
                    FindingCode.PcrSelectionMalformed, Subject, Detail: $"the bitmap of {selection.Bank.ToText()} has {selection.SelectBytes} bytes, 3 are needed");
            }
        }

        // Q15: one strong bank is enough, since only its values are worth looking at.
        var banks = selections.Where(selection => selection.Count > 0).Select(selection => selection.Bank).ToArray();
        if (banks.Length > 0 && Array.TrueForAll(banks, bank => bank == AlgorithmId.Sha1 ? !acceptSha1Only : !bank.IsHash()))
        {
            yield return new Finding(FindingCode.BankNotAllowed, Subject, Found: banks[0].ToText());
        }

        foreach (var finding in asked is null ? [] : Compare(quoted, asked))
        {
            yield return finding;
        }
    }

    public static IEnumerable<string> Pcrs(PcrSelectionList list) =>
        list.Selections.SelectMany(selection => selection.Pcrs.Select(pcr => $"{selection.Bank.ToText()}:{pcr}"));

    private static IEnumerable<Finding> Compare(PcrSelectionList quoted, PcrSelectionList asked)
    {
        var missing = Pcrs(asked).Except(Pcrs(quoted)).ToArray();
        if (missing.Length > 0)
        {
            yield return new Finding(
                FindingCode.PcrsNotCovered, Subject, Expected: asked.ToString(), Found: quoted.ToString(), Detail: string.Join(", ", missing));
        }

        // The order is part of what was asked: values are hashed in it.
        if (!Parts(quoted).SequenceEqual(Parts(asked)))
        {
            yield return new Finding(
                FindingCode.PcrSelectionNotAsAsked, Subject, Expected: asked.ToString(), Found: quoted.ToString(), Detail: $"{asked} was asked, {quoted} is covered");
        }
    }

    private static IEnumerable<(AlgorithmId, uint)> Parts(PcrSelectionList list) => list.Selections.Select(selection => (selection.Bank, selection.Mask));

    private const string Subject = "quote";
    private const int PcrCount = 24;
}
