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
    /// <summary>Whether a host is looked for.</summary>
    public bool Admits(HostRecord host) =>
        (Group is null || host.PolicyGroup == Group)
        && (Text is null || host.Name.Contains(Text, StringComparison.OrdinalIgnoreCase) || host.Id.StartsWith(Text, StringComparison.OrdinalIgnoreCase));
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
/// Hosts for a page: the most urgent states first, by name within each. Names and groups are in memory, states in an index; only the rows of the page itself are
/// read, so that a page costs the same however much is kept about each of 100,000 hosts.
/// </summary>
internal sealed class FleetQuery(IDashboardStore store, IWatchStore watch, HostDirectory hosts)
{
    /// <summary>Hosts on a page.</summary>
    public const int PageSize = 50;

    /// <summary>The page.</summary>
    public async Task<FleetPageRows> ReadAsync(FleetFilter filter, CancellationToken cancellationToken)
    {
        List<(WatchState State, HostRecord Host)> found = [];
        foreach (var state in Words.ByUrgency.Where(state => filter.State is null || state == filter.State))
        {
            if (filter.After is { } after && Rank(state) < Rank(after.State))
            {
                continue;
            }

            var from = filter.After?.State == state ? filter.After.Name : null;
            var ids = await store.ReadHostIdsAsync(state, cancellationToken);
            found.AddRange(First(ids, filter, from, PageSize + 1 - found.Count).Select(host => (state, host)));
            if (found.Count > PageSize)
            {
                break;
            }
        }

        var page = found.Take(PageSize).ToList();
        var watched = await watch.ReadWatchAsync([.. page.Select(row => row.Host.Id)], cancellationToken);
        return new(
            [.. page.Where(row => watched.ContainsKey(row.Host.Id)).Select(row => new FleetRow(row.Host, watched[row.Host.Id]))],
            found.Count > PageSize ? new FleetPlace(page[^1].State, page[^1].Host.Name) : null);
    }

    /// <summary>The groups that hosts are in.</summary>
    public IReadOnlyList<string> Groups() => hosts.Groups();

    // The first so many by name: one pass, without sorting what is not shown.
    private List<HostRecord> First(IReadOnlyList<string> ids, FleetFilter filter, string? from, int count)
    {
        var kept = new PriorityQueue<HostRecord, string>(count + 1, Comparer<string>.Create(static (a, b) => string.CompareOrdinal(b, a)));
        foreach (var id in ids)
        {
            if (hosts.Find(id)?.Record is not { } host || (from is not null && string.CompareOrdinal(host.Name, from) <= 0) || !filter.Admits(host))
            {
                continue;
            }

            if (kept.Count < count)
            {
                kept.Enqueue(host, host.Name);
            }
            else if (kept.TryPeek(out _, out var last) && string.CompareOrdinal(host.Name, last) < 0)
            {
                kept.EnqueueDequeue(host, host.Name);
            }
        }

        return [.. kept.UnorderedItems.Select(item => item.Element).OrderBy(host => host.Name, StringComparer.Ordinal)];
    }

    private static int Rank(WatchState state) => Words.ByUrgency.ToList().IndexOf(state);
}
