using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Fleet;

/// <summary>All hosts: how many in which state, and which they are, what is wrong first.</summary>
internal static class FleetPage
{
    private const string Path = "/dashboard";

    /// <summary>The page.</summary>
    public static async Task<IResult> ShowAsync(HttpContext context, string? state, string? group, string? q, string? after,
        FleetQuery fleet, IDashboardStore states, IAttestationStore store, HostDirectory hosts, CurrentAppraisalPolicies policies)
    {
        var visitor = Visitor.Of(context);
        var text = q?.Trim() is { Length: > 0 } given ? given[..Math.Min(given.Length, MaxTextCharacters)] : null;
        var wanted = Enum.TryParse<WatchState>(state, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : (WatchState?)null;
        var filter = new FleetFilter(wanted, string.IsNullOrEmpty(group) ? null : group, text, FleetPlace.Read(after));
        var counts = await states.CountStatesAsync(context.RequestAborted);
        var page = await fleet.ReadAsync(filter, counts, context.RequestAborted);
        var vms = text is null ? [] : await FindVmsAsync(store, text, context.RequestAborted);
        return new PageResult(Layout.Of(visitor, "Fleet", Path, $"""
            <div class="heading"><h1>Fleet</h1><p class="dim" data-live="total">{Summary(counts)}</p></div>
            {Tiles(counts, filter)}
            {Search(filter, policies.Current.Keys.Union([AppraisalPolicy.DefaultGroup]).Order(StringComparer.Ordinal))}
            {Vms(vms, hosts)}
            <div data-live="hosts">{Hosts(page, filter, visitor)}</div>
            {Parts.Pages(filter.After is null ? null : Address(filter, null), page.Next is null ? null : Address(filter, page.Next))}
            """));
    }

    private static string Summary(IReadOnlyDictionary<WatchState, long> counts)
    {
        var total = counts.Values.Sum();
        var wrong = Attention.Sum(state => counts.GetValueOrDefault(state));
        return total == 0 ? "No hosts yet."
            : $"{Words.Count(total, "host")}, {(wrong == 0 ? "none needs attention" : wrong == 1 ? "1 needs attention" : $"{Words.Number(wrong)} need attention")}";
    }

    private static Html Tiles(IReadOnlyDictionary<WatchState, long> counts, FleetFilter filter) => $"""
        <ul class="tiles" data-live="tiles" aria-label="Hosts by state">{Words.ByUrgency.Select(state => Tile(state, counts.GetValueOrDefault(state), filter.State == state))}</ul>
        """;

    private static Html Tile(WatchState state, long count, bool isHere)
    {
        var address = isHere ? Path : Routes.With(Path, ("state", Words.Of(state)));
        var current = isHere ? (Html)$""" aria-current="true" """ : Html.Empty;
        return $"""
            <li><a class="tile {Words.Of(state)}{(count == 0 ? " zero" : "")}" href="{address}"{current}>{Icons.Of(state)}<span class="number">{Words.Number(count)}</span><span class="word">{Words.Of(state)}</span></a></li>
            """;
    }

    private static Html Search(FleetFilter filter, IEnumerable<string> groups)
    {
        var states = Words.ByUrgency.Select(state => Option(Words.Of(state), Words.Of(state), filter.State == state));
        return $"""
            <form class="filter" method="get" action="{Path}" role="search">
            <div class="field grow"><label for="q">Host, VM or uuid</label><input id="q" name="q" type="search" value="{filter.Text}" maxlength="128" autocomplete="off" spellcheck="false"></div>
            <div class="field"><label for="state">State</label><select id="state" name="state"><option value="">any</option>{states}</select></div>
            <div class="field"><label for="group">Group</label><select id="group" name="group"><option value="">any</option>{groups.Select(name => Option(name, name, filter.Group == name))}</select></div>
            <button class="primary" type="submit">Show</button>
            </form>
            """;
    }

    private static Html Option(string value, string text, bool isHere) =>
        isHere ? $"""<option value="{value}" selected>{text}</option>""" : (Html)$"""<option value="{value}">{text}</option>""";

    private static Html Vms(IReadOnlyList<VmPlace> vms, HostDirectory hosts) => vms.Count == 0 ? Html.Empty : $"""
        <section class="card" aria-labelledby="vms"><h2 id="vms">VMs</h2><ul class="plain">{vms.Select(vm => (Html)$"""
        <li><a href="{Routes.Vm(vm.HostId, vm.Uuid.ToString("D"))}">{vm.Name}</a> <span class="dim">label {vm.Label}, on</span> <a href="{Routes.Host(vm.HostId)}">{hosts.Find(vm.HostId)?.Record.Name ?? vm.HostId}</a> <code class="dim">{vm.Uuid.ToString("D")}</code></li>
        """)}</ul></section>
        """;

    private static Html Hosts(FleetPageRows page, FleetFilter filter, Visitor visitor) => page.Rows.Count > 0
        ? Parts.Table("Hosts", Parts.Heads("State", "Host", "Why", "VMs", "Group", "Heard"), page.Rows.Select(row => Row(row, visitor)), "hosts")
        : filter is { State: null, Group: null, Text: null, After: null }
            ? Parts.Nothing("No host has enrolled yet.", $"""Install the agent on one and run <code>shype-agent enrol</code>. It will wait under <a href="/dashboard/approvals">Approvals</a>.""")
            : Parts.Nothing("No host is like that.", $"""<a href="{Path}">Show all hosts</a>""");

    private static Html Row(FleetRow row, Visitor visitor) => $"""
        <tr class="{Words.Of(row.Status.State)}">
        <td>{Parts.Badge(row.Status.State)}{Silent(row.Status)}</td>
        <th scope="row"><a href="{Routes.Host(row.Host.Id)}">{row.Host.Name}</a></th>
        <td class="why">{Why(row.Status)}</td>
        <td class="num">{row.Host.Vms}</td>
        <td>{row.Host.PolicyGroup}</td>
        <td class="when">{Parts.Ago(row.Status.Heard, visitor.Now)}</td>
        </tr>
        """;

    private static Html Silent(WatchStatus status) =>
        status.SilentSince is null || status.State == WatchState.Unreachable ? Html.Empty : $""" <span class="tag">silent</span>""";

    private static Html Why(WatchStatus status)
    {
        if (status.Causes is not [var first, ..] || status.State is WatchState.Trusted or WatchState.Enrolled or WatchState.Pending)
        {
            return $"""<span class="dim">{Words.Meaning(status.State)}</span>""";
        }

        return status.Causes.Count == 1 ? $"{Words.OfCause(first)}" : (Html)$"""{Words.OfCause(first)} <span class="dim">and {status.Causes.Count - 1} more</span>""";
    }

    private static string Address(FleetFilter filter, FleetPlace? after) =>
        Routes.With(Path, ("state", filter.State is { } state ? Words.Of(state) : null), ("group", filter.Group), ("q", filter.Text), ("after", after?.ToString()));

    private static Task<IReadOnlyList<VmPlace>> FindVmsAsync(IAttestationStore store, string text, CancellationToken cancellationToken) =>
        Guid.TryParseExact(text, "D", out var uuid) ? store.FindVmsAsync(uuid, cancellationToken) : store.FindVmsAsync(text, cancellationToken);

    private static readonly WatchState[] Attention = [WatchState.Failed, WatchState.Unreachable, WatchState.Degraded, WatchState.Pending];

    private const int MaxTextCharacters = 128;
}
