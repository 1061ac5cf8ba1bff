using System.Diagnostics.Metrics;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Watch;

/// <summary>
/// What is counted of the watch. An exporter for Prometheus calls these shype_hosts, shype_watch_overdue_hosts, shype_verdicts_total and
/// shype_webhook_deliveries_total; the sets of labels are closed.
/// </summary>
internal sealed class WatchMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Shype.Attest.Verifier";

    private static readonly Meter Shared = new(Name);
    private static readonly Counter<long> Verdicts = Shared.CreateCounter<long>("shype.verdicts", description: "Verdicts about hosts, by tier");
    private static readonly Counter<long> Deliveries = Shared.CreateCounter<long>("shype.webhook.deliveries", description: "Attempts to deliver to webhooks, by outcome");

    // A meter of each verifier's own: several run in one process in tests, and each counts its own store.
    private readonly Meter _own = new(Name);
    private volatile IReadOnlyDictionary<WatchState, long> _hosts = new Dictionary<WatchState, long>();
    private long _overdue;
    private volatile bool _isWanted;

    /// <summary>Makes the gauges. They show the last count; that somebody looked is what asks for the next.</summary>
    public WatchMeter()
    {
        _own.CreateObservableGauge("shype.hosts", Hosts, description: "Hosts, by state");
        _own.CreateObservableGauge("shype.watch.overdue_hosts", Overdue, description: "Hosts that are silent beyond their deadline");
    }

    /// <summary>Shows what has not happened yet as 0: a count that begins at 1 has no increase.</summary>
    public static void Begin()
    {
        foreach (var tier in Enum.GetValues<TrustTier>())
        {
            Verdicts.Add(0, new KeyValuePair<string, object?>("status", tier.ToString().ToLowerInvariant()));
        }

        foreach (var outcome in (string[])["delivered", "failed", "dropped"])
        {
            Delivery(outcome, 0);
        }
    }

    /// <summary>One verdict.</summary>
    public static void Verdict(TrustTier tier) => Verdicts.Add(1, new KeyValuePair<string, object?>("status", tier.ToString().ToLowerInvariant()));

    /// <summary>One attempt to deliver.</summary>
    public static void Delivery(string outcome, long count = 1) => Deliveries.Add(count, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Whether somebody looked at the gauges since the last count.</summary>
    public bool IsWanted => _isWanted;

    /// <summary>Takes a new count.</summary>
    public void Count(IReadOnlyDictionary<WatchState, long> hosts, long overdue)
    {
        (_hosts, _isWanted) = (hosts, false);
        Interlocked.Exchange(ref _overdue, overdue);
    }

    /// <inheritdoc/>
    public void Dispose() => _own.Dispose();

    private IEnumerable<Measurement<long>> Hosts()
    {
        _isWanted = true;
        return Enum.GetValues<WatchState>().Select(state => new Measurement<long>(
            _hosts.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())));
    }

    private long Overdue()
    {
        _isWanted = true;
        return Interlocked.Read(ref _overdue);
    }
}
