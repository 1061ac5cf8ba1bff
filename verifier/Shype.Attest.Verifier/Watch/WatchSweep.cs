using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Watch;

/// <summary>
/// Finds the hosts whose deadline has passed. Verifiers on one database share them by leases: each takes what nobody holds, asks those that are
/// connected here once more, and writes down who is silent. One that is killed in between holds its hosts no longer than the lease.
/// </summary>
internal sealed class WatchSweep(IWatchStore store, LiveHosts live, EventFeed feed, WatchMeter meter, VerifierOptions options, TimeProvider clock, ILogger<WatchSweep> log)
    : BackgroundService
{
    private readonly string _holder = Guid.CreateVersion7().ToString("N");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        // What was not heard while no verifier ran could not be heard: its hosts connect first.
        var pace = new Pace(Often, clock);
        var start = clock.GetUtcNow() + options.WatchLease;
        while (await pace.NextAsync(stoppingToken))
        {
            try
            {
                if (clock.GetUtcNow() >= start)
                {
                    await SweepAsync(stoppingToken);
                }

                if (meter.IsWanted)
                {
                    var counts = await store.CountWatchAsync(clock.GetUtcNow(), stoppingToken);
                    meter.Count(counts.ByState, counts.Silent);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // a store that is away for a while must not end the watch
            catch (Exception failure)
#pragma warning restore CA1031
            {
                log.SweepFailed(failure);
            }
        }
    }

    // A portion at a time, until nothing is left that nobody holds.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> due;
        do
        {
            due = await store.ClaimDueAsync(_holder, clock.GetUtcNow(), options.WatchLease, Portion, cancellationToken);
            if (due.Count > 0)
            {
                await JudgeAsync(due, cancellationToken);
            }
        }
        while (due.Count == Portion);
    }

    private async Task JudgeAsync(IReadOnlyList<string> due, CancellationToken cancellationToken)
    {
        var connected = due.Where(live.IsConnected).ToList();
        await MissAsync([.. due.Except(connected, StringComparer.Ordinal)], cancellationToken);
        if (connected.Count > 0)
        {
            // Under its lease, beside what is due meanwhile: many that are connected and say nothing keep nobody waiting.
            _ = AskAndJudgeAsync(connected, cancellationToken);
        }
    }

    private async Task AskAndJudgeAsync(IReadOnlyList<string> connected, CancellationToken cancellationToken)
    {
        try
        {
            // An answer is a verdict, which ends the lease by itself.
            var patience = options.AnswerTimeout < options.WatchLease / 2 ? options.AnswerTimeout : options.WatchLease / 2;
            await Task.WhenAny(Task.WhenAll(connected.Select(live.AskAsync)), Task.Delay(patience, clock, cancellationToken));
            await MissAsync(connected, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The verifier stops; the lease ends with it.
        }
#pragma warning disable CA1031 // a store that is away for a while: the lease ends, and they are due again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.SweepFailed(failure);
        }
    }

    private async Task MissAsync(IReadOnlyList<string> due, CancellationToken cancellationToken)
    {
        if (due.Count > 0 && await store.MissDeadlinesAsync(due, _holder, clock.GetUtcNow(), cancellationToken) is > 0 and var missed)
        {
            log.DeadlinesMissed(missed);
            feed.Wake();
        }
    }

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
    private const int Portion = 500;
}
