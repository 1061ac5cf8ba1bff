using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Has every PCR that rules or references demand one of the values of the references (CoRIM 5.1.4.1.4, threat row V18)?</summary>
internal static class PcrReferenceStep
{
    public static void Check(SignedQuote quote, FirmwareMemory firmware, ReplayedLog log, ReplayedIma ima, AppraisalContext context, List<Finding> findings)
    {
        var values = new PcrDigestStep.Replayed(firmware, log.Logs, ima);
        foreach (var pcr in context.References.Document.DemandedPcrs)
        {
            Check(quote, values, pcr, context.References, findings);
        }

        foreach (var pcr in context.Rules.ReferencedPcrs)
        {
            if (!context.References.Document.DemandedPcrs.Contains(pcr))
            {
                Check(quote, values, pcr, context.References, findings);
            }
        }
    }

    private static void Check(SignedQuote quote, PcrDigestStep.Replayed values, int pcr, ReferenceSet references, List<Finding> findings)
    {
        var found = Quoted(quote, values, pcr);
        var candidates = references.FindPcr(pcr);
        foreach (var candidate in candidates)
        {
            if (Matches(candidate, found))
            {
                return;
            }
        }

        var subject = $"pcr/{pcr}";
        if (references.Lapsed.FirstOrDefault(lapsed => lapsed.Set.FindPcr(pcr).Any(candidate => Matches(candidate, found))) is { } bundle)
        {
            findings.Add(bundle.Finding(subject, null, Text(found)));
            return;
        }

        findings.Add(new(FindingCode.PcrNotReferenced, subject,
            Expected: candidates.Count == 0 ? null : string.Join(" or ", candidates.Take(MaxShown).Select(candidate => Text(candidate.Digests))),
            Found: Text(found),
            Detail: candidates.Count switch
            {
                0 => "there are none for it",
                1 => $"'{candidates[0].Name}' has another",
                var count => $"{count} others are",
            }));
    }

    // CoRIM 9.4.6.1.3: all algorithms that both sides have must agree; none in common is no match.
    private static bool Matches(PcrReference reference, List<MeasuredDigest> found)
    {
        var common = 0;
        foreach (var wanted in reference.Digests)
        {
            foreach (var value in found)
            {
                if (value.Kind == wanted.Kind)
                {
                    if (value != wanted)
                    {
                        return false;
                    }

                    common++;
                }
            }
        }

        return common > 0;
    }

    private static List<MeasuredDigest> Quoted(SignedQuote quote, PcrDigestStep.Replayed values, int pcr)
    {
        List<MeasuredDigest> found = [];
        foreach (var selection in quote.Body.Selections.Selections)
        {
            if (selection.Has(pcr) && MeasuredDigest.TryCreate(selection.Bank.ToText(), values.Value(selection.Bank, pcr), out var digest, out _))
            {
                found.Add(digest);
            }
        }

        return found;
    }

    private static string Text(IReadOnlyList<MeasuredDigest> digests) => digests.Count == 0 ? "none that was quoted" : string.Join(", ", digests);

    private const int MaxShown = 4;
}
