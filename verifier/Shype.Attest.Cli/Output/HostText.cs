using System.Globalization;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>Hosts for a person.</summary>
internal sealed class HostText(Report report)
{
    private readonly Page _page = new(report);

    /// <summary>A list.</summary>
    public void Write(IReadOnlyList<HostSummary> hosts)
    {
        if (hosts.Count == 0)
        {
            _page.Line(0, "no hosts");
            return;
        }

        _page.Table(0, ["name", "id", "group", "state", "last verdict", "last seen", "agent", "vms"], hosts.Select(Row), "id", "group", "vms");
        // What an operator compares before approving, where that is what is left to do.
        foreach (var host in hosts.Where(host => host.State == HostState.Pending).Take(MaxFingerprints))
        {
            _page.Line(0, (host.Name, Styles.Strong), (" waits for approval, ek sha256 ", null), (host.EkFingerprint, null));
        }
    }

    /// <summary>One host.</summary>
    public void Write(HostDetail detail)
    {
        var host = detail.Host;
        _page.Line(0, (host.Name, Styles.Strong));
        _page.Table(2, ["", ""], Facts(detail).Where(fact => fact.Value is not null).Select(fact => Cells((fact.Name, Styles.Quiet), (fact.Value!, fact.Style))));
        foreach (var finding in detail.EnrolmentFindings)
        {
            new VerdictText(report).WriteFinding(finding);
        }

        if (detail.Vms.Count > 0)
        {
            _page.Gap();
            _page.Table(2, ["vm", "label", "state", "uuid"], detail.Vms.Select(vm =>
                Cells((vm.Name, null), (vm.Label, null), (vm.Running ? "running" : "not running", null), (vm.Uuid, null))));
        }
    }

    private static IEnumerable<(string Name, string? Value, Style? Style)> Facts(HostDetail detail)
    {
        var host = detail.Host;
        yield return ("id", host.Id, null);
        yield return ("state", State(host), Styles.OfWord(State(host)));
        yield return ("reason", detail.Reason, null);
        foreach (var (name, value) in host.Watch is { } watch ? EventText.Facts(watch).Skip(1) : [])
        {
            yield return (name, value, null);
        }

        yield return ("group", host.Group, null);
        yield return ("last verdict", Page.Tier(host.Status), Styles.Of(host.Status));
        yield return ("last seen", Seen(host), null);
        yield return ("agent", Agent(host), null);
        yield return ("boot", host.Boot, null);
        yield return ("enrolled", Page.Moment(detail.Enrolled), null);
        yield return ("ek sha256", detail.EkDigest, null);
        yield return ("ek issuer", detail.EkIssuer ?? "nobody", null);
        yield return ("ak name", detail.AkName, null);
        foreach (var (name, value) in detail.Tpm is { } tpm ? TpmText.Facts(tpm) : [])
        {
            yield return ("tpm " + name, value, null);
        }
    }

    private static IReadOnlyList<(string, Style?)> Row(HostSummary host) => Cells(
        (host.Name, Styles.Strong),
        (host.Id, null),
        (host.Group, null),
        (State(host) + (host.Watch is { SilentSince: not null, State: not WatchState.Unreachable } ? ", silent" : ""), Styles.OfWord(State(host))),
        (Page.Tier(host.Status), Styles.Of(host.Status)),
        (Seen(host), null),
        (Agent(host), null),
        (host.Vms.ToString(CultureInfo.InvariantCulture), null));

    private static (string, Style?)[] Cells(params (string, Style?)[] cells) => cells;

    private static string Seen(HostSummary host) => host.LastSeen is { } seen ? Page.Moment(seen) : "never";

    private static string Agent(HostSummary host) => host.Connected ? "connected" : "not connected";

    // A verifier from before the watch says only who may speak.
    private static string State(HostSummary host) => host.Watch is { } watch ? EventText.Word(watch.State) : host.State.ToString().ToLowerInvariant();

    private const int MaxFingerprints = 50;
}
