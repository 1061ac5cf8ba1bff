using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>What became of a host over time: its states, and the verdicts that led to them.</summary>
internal static class Timeline
{
    /// <summary>Changes of state, the newest first.</summary>
    public static Html States(IReadOnlyList<HostEvent> events) => events.Count == 0
        ? Parts.Nothing("No change yet.", $"Each change of this host's state will stand here, with its reason.")
        : (Html)$"""<ol class="timeline">{events.Select(Change)}</ol>""";

    /// <summary>The last verdicts as a strip, the newest at the right.</summary>
    public static Html Strip(string hostId, IReadOnlyList<VerdictRow> verdicts) => verdicts.Count == 0 ? Html.Empty : $"""
        <ul class="strip" aria-label="Last verdicts, oldest first">{verdicts.Reverse().Select(verdict => Mark(hostId, verdict))}</ul>
        """;

    /// <summary>Verdicts in a table.</summary>
    public static Html Verdicts(string hostId, IReadOnlyList<VerdictRow> verdicts) => verdicts.Count == 0
        ? Parts.Nothing("No verdict yet.", $"The host has not shown evidence.")
        : Parts.Table("Verdicts", Parts.Heads("When", "Verdict", "Explanation"), verdicts.Select(verdict => (Html)$"""
            <tr><th scope="row">{Parts.At(verdict.At)}</th><td>{Parts.Badge(verdict.Status)}</td><td><a href="{Routes.Verdict(hostId, verdict.Number)}">verdict {verdict.Number}</a></td></tr>
            """));

    private static Html Change(HostEvent change)
    {
        var what = change.From == change.To || change.From is null ? Parts.Badge(change.To) : (Html)$"""{Parts.Badge(change.From.Value)} <span class="dim">to</span> {Parts.Badge(change.To)}""";
        var silent = change.Silent ? (Html)$""" <span class="tag">silent</span>""" : Html.Empty;
        var by = change.By is { } name ? (Html)$""" <span class="dim">by {name}</span>""" : Html.Empty;
        var why = string.Join(", ", change.Causes.Select(Words.OfCause));
        return $"""
            <li class="{Words.Of(change.To)}"><div class="change">{what}{silent}</div><div class="cause">{why}{by}</div><div class="when">{Parts.At(change.At)}</div></li>
            """;
    }

    private static Html Mark(string hostId, VerdictRow verdict)
    {
        var text = $"{Words.Of(verdict.Status)}, {Words.Full(verdict.At)}";
        return $"""<li><a class="mark {Words.Of(Words.Like(verdict.Status))}" href="{Routes.Verdict(hostId, verdict.Number)}" title="{text}"><span class="sr">{text}</span></a></li>""";
    }
}
