using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Dashboard.Markup;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>The PCRs of the last quote beside what the logs add up to.</summary>
internal static class PcrTable
{
    /// <summary>The section.</summary>
    public static Html Of(HostView view)
    {
        var shown = view.Evidence?.PcrValues ?? [];
        if (shown.Count == 0)
        {
            return Parts.Nothing("No PCR values.", $"They come with the host's evidence.");
        }

        var expected = (view.Memory?.ExplainedPcrs ?? []).ToDictionary(value => (value.Bank, value.Pcr), value => Convert.ToHexStringLower(value.Value.Span));
        var findings = FindingParts.Against(view.Part?.Findings).Where(finding => finding.Subject.StartsWith("pcr/", StringComparison.Ordinal)).ToLookup(finding => finding.Subject, StringComparer.Ordinal);
        return Parts.Table("PCRs", Parts.Heads("PCR", "Holds", "Verdict", "Found (signed by the TPM)", "Expected (by the logs)"),
            shown.OrderBy(value => value.Bank, StringComparer.Ordinal).ThenBy(value => value.Pcr).Select(value => Row(value, expected, findings[$"pcr/{value.Pcr}"].FirstOrDefault())), "pcrs");
    }

    private static Html Row(PcrValue value, Dictionary<(string Bank, int Pcr), string> explained, ResultFinding? finding)
    {
        var found = Convert.ToHexStringLower(value.Value.Span);
        var expected = finding?.Expected ?? explained.GetValueOrDefault((value.Bank, value.Pcr));
        var untouched = value.Value.Span.ContainsAnyExcept((byte)0) ? null : "as after reset";
        var verdict = finding is not null ? Parts.Badge(FindingParts.Like(finding.Severity), Words.OfCode(finding.Code))
            : expected == found ? Parts.Badge(WatchState.Trusted, "agrees")
            : expected is null ? Parts.Badge(WatchState.Enrolled, untouched ?? "no log says")
            : Parts.Badge(WatchState.Degraded, "changed since");
        return $"""
            <tr><th scope="row">{value.Pcr}<span class="dim"> {value.Bank}</span></th><td>{Words.OfPcr(value.Pcr)}</td><td>{verdict}</td><td>{Parts.Digest(found)}</td><td>{(expected is null ? $"""<span class="dim">not explained</span>""" : Parts.Digest(expected))}</td></tr>
            """;
    }
}
