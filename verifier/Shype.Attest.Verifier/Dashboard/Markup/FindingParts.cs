using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Dashboard.Markup;

/// <summary>Findings, as a person who has to act reads them.</summary>
internal static class FindingParts
{
    /// <summary>All that was found, whole: the sentence, expected and found beside each other, what to do.</summary>
    public static Html List(IReadOnlyList<ResultFinding> findings, string hostId, int level = 3) =>
        $"""<ol class="findings">{findings.Select(finding => One(finding, hostId, level))}</ol>""";

    /// <summary>The severity in the colour of a state.</summary>
    public static WatchState Like(string severity) => severity switch
    {
        "failure" => WatchState.Failed,
        "warning" => WatchState.Degraded,
        _ => WatchState.Enrolled,
    };

    /// <summary>Findings that speak against the host or VM.</summary>
    public static IReadOnlyList<ResultFinding> Against(IEnumerable<ResultFinding>? findings) => [.. (findings ?? []).Where(finding => finding.Severity != "information")];

    private static Html One(ResultFinding finding, string hostId, int level)
    {
        var like = Like(finding.Severity);
        var heading = level == 2 ? (Html)$"<h2>{Parts.Prose(finding.Text)}</h2>" : $"<h3>{Parts.Prose(finding.Text)}</h3>";
        var record = finding.Record is { } number
            ? (Html)$""" <a href="{Routes.Log(hostId, number)}">record {(long)number}</a>"""
            : Html.Empty;
        var sides = (finding.Expected, finding.Found) is (null, null) ? Html.Empty : (Html)$"""<dl class="sides">{Side("Expected", "expected", finding.Expected)}{Side("Found", "found", finding.Found)}</dl>""";
        var advice = finding.Advice is { Length: > 0 } ? (Html)$"""<p class="advice"><strong>What to do:</strong> {finding.Advice}</p>""" : Html.Empty;
        return $"""
            <li class="finding {Words.Of(like)}">{(finding.Severity == "information" ? Icons.Information : Icons.Of(like))}<div>
            {heading}
            <p class="dim"><span class="sr">Severity: </span>{finding.Severity} · <code>{finding.Code}</code> · {finding.Subject}{record}</p>
            {sides}{advice}
            </div></li>
            """;
    }

    private static Html Side(string name, string kind, string? value) =>
        value is null ? Html.Empty : $"""<div class="{kind}"><dt>{name}</dt><dd>{Parts.Value(value)}</dd></div>""";
}
