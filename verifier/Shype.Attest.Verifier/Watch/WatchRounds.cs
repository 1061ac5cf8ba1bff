using System.Collections.Concurrent;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Watch;

/// <summary>
/// Asks every host that is connected to this verifier when its interval has passed since it was last heard, whoever asked then. The cost follows
/// whose turn it is: hosts wait in the order of their next turn.
/// </summary>
internal sealed class WatchRounds : BackgroundService
{
    private readonly PriorityQueue<string, DateTimeOffset> _turns = new();
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _arrived = new();
    private readonly (IWatchStore Store, LiveHosts Live, VerifierOptions Options, TimeProvider Clock, ILogger Log) _of;

    /// <summary>Follows the connections.</summary>
    public WatchRounds(IWatchStore store, LiveHosts live, VerifierOptions options, TimeProvider clock, ILogger<WatchRounds> log)
    {
        _of = (store, live, options, clock, log);
        live.Arrived += _arrived.Enqueue;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var pace = new Pace(Often, _of.Clock);
        while (await pace.NextAsync(stoppingToken))
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // a store that is away for a while must not end the watch
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _of.Log.SweepFailed(failure);
            }
        }
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        var now = _of.Clock.GetUtcNow();
        while (_arrived.TryDequeue(out var host))
        {
            // Not all at once after a restart of ours.
            Wait(host, now + Spread * ((uint)host.GetHashCode(StringComparison.Ordinal) / (double)uint.MaxValue));
        }

        List<string> next = [];
        while (next.Count < Portion && _turns.TryPeek(out var host, out var at) && at <= now)
        {
            _turns.Dequeue();
            _waiting.Remove(host);
            if (_of.Live.IsConnected(host))
            {
                next.Add(host);
            }
        }

        if (next.Count > 0)
        {
            await AskAsync(next, now, cancellationToken);
        }
    }

    private async Task AskAsync(List<string> hosts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, WatchRound> rounds;
        try
        {
            rounds = await _of.Store.ReadRoundsAsync(hosts, cancellationToken);
        }
        catch
        {
            hosts.ForEach(host => Wait(host, now + Often));
            throw;
        }

        foreach (var host in hosts)
        {
            if (!rounds.TryGetValue(host, out var round) || !round.IsAsked)
            {
                // May not speak: its connection ends, and it comes again when it may.
                continue;
            }

            var interval = round.Interval ?? _of.Options.WatchInterval;
            var turn = (round.Heard ?? DateTimeOffset.MinValue) + interval;
            if (turn <= now)
            {
                _ = _of.Live.AskAsync(host);
                turn = now + interval;
            }

            // Not beyond a while, so that a shorter interval does not wait for the end of a longer one.
            Wait(host, turn < now + LongestWait ? turn : now + LongestWait);
        }
    }

    private void Wait(string host, DateTimeOffset until)
    {
        if (_waiting.Add(host))
        {
            _turns.Enqueue(host, until);
        }
    }

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private const int Portion = 1000;
}
