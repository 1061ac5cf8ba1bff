using System.Globalization;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>Authorities for a person.</summary>
internal sealed class TrustText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(TrustList trust) => _page.Table(
        0, ["id", "state", "use", "tpms", "from", "valid to", "subject"], trust.Authorities.Select(IReadOnlyList<(string, Style?)> (entry) => Row(entry)));

    public void Write(TrustChanged changed)
    {
        var entry = changed.Authority;
        _page.Line(0, (entry.On ? "trusted: " : "NOT trusted: ", entry.On ? Styles.Good : Styles.Bad), (entry.Subject, Styles.Strong));
        _page.Line(2, $"id {entry.Id}, {(entry.Anchor ? "anchor" : "helper, which vouches for nothing by itself")}{(entry.Virtual ? ", virtual TPMs" : "")}");
        _page.Line(2, $"sha256 {entry.Fingerprint}");
        _page.Line(2, changed.Hosts.Count == 0
            ? "no enrolled host is judged differently"
            : $"judged differently from now on: {string.Join(", ", changed.Hosts.Take(MaxHosts))}{(changed.Hosts.Count > MaxHosts ? $" and {changed.Hosts.Count - MaxHosts} more" : "")}");
    }

    private static (string, Style?)[] Row(TrustEntry entry) =>
    [
        (entry.Id, Styles.Strong),
        (entry.On ? "on" : "off", entry.On ? Styles.Good : Styles.Quiet),
        (entry.Anchor ? "anchor" : "helper", null),
        (entry.Virtual ? "virtual" : "hardware", null),
        (entry.Origin, null),
        (entry.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), null),
        (entry.Subject, null),
    ];

    private const int MaxHosts = 20;
}
