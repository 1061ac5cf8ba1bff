using System.Buffers;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Fleet;

/// <summary>What is looked for in the fleet.</summary>
/// <param name="State">Only hosts in this state.</param>
/// <param name="Group">Only hosts of this group.</param>
/// <param name="Text">Only hosts whose name or id has this in it.</param>
/// <param name="After">Only what comes after this place.</param>
internal sealed record FleetFilter(WatchState? State, string? Group, string? Text, FleetPlace? After)
{
    /// <summary>Whether it asks for some hosts of a state only.</summary>
    public bool IsNarrow => Group is not null || Text is not null;

    /// <summary>How urgent a state is; 0 is the most urgent.</summary>
    public static int Rank(WatchState state) => Words.ByUrgency.Index().First(known => known.Item == state).Index;

    /// <summary>Whether hosts of a state can come after the place.</summary>
    public bool MayCome(WatchState state) => (State is null || state == State) && (After is null || Rank(state) >= Rank(After.State));

    /// <summary>Whether a host of this state and name comes after the place.</summary>
    public bool Comes(WatchState state, string name) =>
        MayCome(state) && (After is null || state != After.State || string.CompareOrdinal(name, After.Name) > 0);

    /// <summary>Whether a host is looked for.</summary>
    public bool Admits(HostRecord host) =>
        (Group is null || host.PolicyGroup == Group)
        && (_texts is null || host.Name.AsSpan().ContainsAny(_texts) || (_isHex && host.Id.StartsWith(Text!, StringComparison.OrdinalIgnoreCase)));

    // Made once for 100,000 names.
    private readonly SearchValues<string>? _texts = Text is null ? null : SearchValues.Create([Text], StringComparison.OrdinalIgnoreCase);
    private readonly bool _isHex = Text is not null && !Text.AsSpan().ContainsAnyExcept(Hex);
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");
}

/// <summary>A place in the list: the last host of a page.</summary>
internal sealed record FleetPlace(WatchState State, string Name)
{
    /// <summary>From an address; null where it is none.</summary>
    public static FleetPlace? Read(string? text) =>
        text?.Split('.', 2) is [var state, var name] && Enum.TryParse<WatchState>(state, ignoreCase: true, out var known) && Enum.IsDefined(known) ? new(known, name) : null;

    /// <summary>For an address.</summary>
    public override string ToString() => $"{Words.Of(State)}.{Name}";
}

/// <summary>A page of the fleet.</summary>
internal sealed record FleetPageRows(IReadOnlyList<FleetRow> Rows, FleetPlace? Next);

/// <summary>A host of the fleet.</summary>
internal sealed record FleetRow(HostRecord Host, WatchStatus Status);

/// <summary>
/// Hosts for a page: the most urgent states first, by name within each. Names and groups are in memory, states in the store: few hosts are gathered and
/// sorted, of many the names are walked in their order until the page is full, so that a page of 100,000 hosts costs about what a page of 100 does.
/// </summary>
internal sealed class FleetQuery(IDashboardStore store, IWatchStore watch, HostDirectory hosts)
{
    /// <summary>Hosts on a page.</summary>
    public const int PageSize = 50;

    /// <summary>The page.</summary>
    public async Task<FleetPageRows> ReadAsync(FleetFilter filter, IReadOnlyDictionary<WatchState, long> counts, CancellationToken cancellationToken)
    {
        var found = filter.IsNarrow && hosts.Where(filter.Admits, Few + 1) is { Count: <= Few } few
            ? await OfFewAsync(few, filter, cancellationToken)
            : await ByStateAsync(filter, counts, cancellationToken);
        var page = found.Take(PageSize).ToList();
        var watched = await watch.ReadWatchAsync([.. page.Select(row => row.Host.Id)], cancellationToken);
        return new(
            [.. page.Where(row => watched.ContainsKey(row.Host.Id)).Select(row => new FleetRow(row.Host, watched[row.Host.Id]))],
            found.Count > PageSize ? new FleetPlace(page[^1].State, page[^1].Host.Name) : null);
    }

    private async Task<List<(WatchState State, HostRecord Host)>> OfFewAsync(IReadOnlyList<HostRecord> few, FleetFilter filter, CancellationToken cancellationToken)
    {
        var states = await watch.ReadWatchAsync([.. few.Select(host => host.Id)], cancellationToken);
        return
        [
            .. few.Where(host => states.ContainsKey(host.Id)).Select(host => (states[host.Id].State, Host: host))
                .Where(row => filter.Comes(row.State, row.Host.Name))
                .OrderBy(row => FleetFilter.Rank(row.State)).ThenBy(row => row.Host.Name, StringComparer.Ordinal).Take(PageSize + 1),
        ];
    }

    private async Task<List<(WatchState State, HostRecord Host)>> ByStateAsync(FleetFilter filter, IReadOnlyDictionary<WatchState, long> counts, CancellationToken cancellationToken)
    {
        List<(WatchState State, HostRecord Host)> found = [];
        foreach (var state in Words.ByUrgency.Where(state => counts.ContainsKey(state) && filter.MayCome(state)))
        {
            var from = filter.After?.State == state ? filter.After.Name : "";
            var hostsOfState = counts[state] <= Few ? await GatherAsync(state, filter, from, cancellationToken) : await WalkAsync(state, filter, from, cancellationToken);
            found.AddRange(hostsOfState.Select(host => (state, host)));
            if (found.Count > PageSize)
            {
                break;
            }
        }

        return found;
    }

    private async Task<IEnumerable<HostRecord>> GatherAsync(WatchState state, FleetFilter filter, string from, CancellationToken cancellationToken) =>
        Records(await store.ReadHostIdsAsync(state, cancellationToken))
            .Where(host => string.CompareOrdinal(host.Name, from) > 0 && filter.Admits(host)).OrderBy(host => host.Name, StringComparer.Ordinal).Take(PageSize + 1);

    private async Task<IEnumerable<HostRecord>> WalkAsync(WatchState state, FleetFilter filter, string from, CancellationToken cancellationToken)
    {
        List<HostRecord> found = [];
        // Without a filter the first step is the page.
        var step = filter.IsNarrow ? Step : PageSize + 1;
        while (found.Count <= PageSize)
        {
            var walked = Records(await store.ReadHostIdsByNameAsync(state, from, step, cancellationToken)).ToList();
            found.AddRange(walked.Where(filter.Admits));
            if (walked.Count < step)
            {
                break;
            }

            from = walked[^1].Name;
        }

        return found;
    }

    private IEnumerable<HostRecord> Records(IEnumerable<string> ids) => ids.Select(id => hosts.Find(id)?.Record).OfType<HostRecord>();

    private const int Few = 2000;
    private const int Step = 2000;
}
