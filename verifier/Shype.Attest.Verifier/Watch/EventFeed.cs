using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Watch;

/// <summary>
/// Says when hosts' states changed, here or at another verifier: those who wait read what is new themselves, from the history, so that nothing is
/// held in memory for the slow. While nobody waits nothing is asked.
/// </summary>
internal sealed class EventFeed(IWatchStore store, TimeProvider clock, ILogger<EventFeed> log) : BackgroundService
{
    private readonly SemaphoreSlim _someoneWaits = new(0, 1);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _next;
    private int _waiting;
    private long _last;

    /// <summary>Looks at once.</summary>
    public void Wake() => Release(_wake);

    /// <summary>Returns when there may be changes after a number, or after a time.</summary>
    public async Task WaitAsync(long after, TimeSpan longest, CancellationToken cancellationToken)
    {
        Task next;
        lock (_lock)
        {
            if (_last > after)
            {
                return;
            }

            next = (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            _waiting++;
        }

        Release(_someoneWaits);
        try
        {
            await next.WaitAsync(longest, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
        }
        finally
        {
            lock (_lock)
            {
                _waiting--;
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!HasWaiters)
                {
                    await _someoneWaits.WaitAsync(stoppingToken);
                }

                Tell(await store.ReadLastHostEventAsync(stoppingToken));
                await _wake.WaitAsync(Pace, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // a store that is away for a while must not end the feed
            catch (Exception failure)
#pragma warning restore CA1031
            {
                log.SweepFailed(failure);
                await Task.Delay(Pace, clock, CancellationToken.None);
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _someoneWaits.Dispose();
        _wake.Dispose();
    }

    private bool HasWaiters
    {
        get
        {
            lock (_lock)
            {
                return _waiting > 0;
            }
        }
    }

    private void Tell(long last)
    {
        TaskCompletionSource? waiting = null;
        lock (_lock)
        {
            if (last > _last)
            {
                (_last, waiting, _next) = (last, _next, null);
            }
        }

        waiting?.TrySetResult();
    }

    private static void Release(SemaphoreSlim semaphore)
    {
        try
        {
            semaphore.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is open already.
        }
    }

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);
}
