using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Watch;

/// <summary>
/// Tells webhooks of changes, each in the order of the history and at least once. The history is the queue: a webhook only has a place in it, which
/// moves after the receiver took a change. One verifier at a time holds a webhook, by a lease that ends with it.
/// </summary>
internal sealed class WebhookDeliveries(
    IWebhookStore store, IWatchStore history, WebhookSender sender, WebhookSecrets secrets, VerifierOptions options, TimeProvider clock,
    ILogger<WebhookDeliveries> log) : BackgroundService
{
    private readonly string _holder = Guid.CreateVersion7().ToString("N");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        var pace = new Pace(Often, clock);
        do
        {
            try
            {
                foreach (var webhook in await store.ClaimWebhooksAsync(_holder, secrets.KeyId, clock.GetUtcNow(), Lease, stoppingToken))
                {
                    if (!running.TryGetValue(webhook.Name, out var before) || before.IsCompleted)
                    {
                        running[webhook.Name] = TellAsync(webhook, stoppingToken);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
#pragma warning disable CA1031 // a store that is away for a while must not end the deliveries
            catch (Exception failure)
#pragma warning restore CA1031
            {
                log.SweepFailed(failure);
            }
        }
        while (await pace.NextAsync(stoppingToken));

        await Task.WhenAll(running.Values);
    }

    /// <summary>Sends a message that is no change, at once and once.</summary>
    public Task<WebhookSender.Refusal?> TestAsync(StoredWebhook webhook, CancellationToken cancellationToken) => sender.SendAsync(
        webhook, $"test-{Guid.CreateVersion7():N}", new WebhookMessage { Type = "test", Timestamp = clock.GetUtcNow() }, cancellationToken);

    private async Task TellAsync(StoredWebhook webhook, CancellationToken cancellationToken)
    {
        try
        {
            while (await TellNextAsync(webhook, cancellationToken) is { } next)
            {
                webhook = next;
            }
        }
        catch (OperationCanceledException)
        {
            // The verifier stops; whoever has the lease next begins with the change that was not taken.
        }
#pragma warning disable CA1031 // one webhook's failure is not the others'
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.SweepFailed(failure);
        }
    }

    // The webhook as it is after one attempt; null where this verifier is done with it for now.
    private async Task<StoredWebhook?> TellNextAsync(StoredWebhook webhook, CancellationToken cancellationToken)
    {
        // Before the search for the next one, so that what comes in between is not taken for seen.
        var last = await history.ReadLastHostEventAsync(cancellationToken);
        if (last - webhook.After > WatchLimits.MaxBacklog)
        {
            return await GiveUpAsync(webhook, last - WatchLimits.MaxBacklog, last - WatchLimits.MaxBacklog - webhook.After, "too many changes were waiting");
        }

        if (await store.ReadNextEventAsync(webhook, cancellationToken) is not { } change)
        {
            await KeepAsync(webhook, webhook with { After = last, Attempts = 0, Next = clock.GetUtcNow() }, holds: false);
            return null;
        }

        var refusal = await sender.SendAsync(webhook, $"{secrets.KeyId}-{change.Number}", new WebhookMessage { Type = "host.state", Timestamp = clock.GetUtcNow(), Data = change }, cancellationToken);
        var now = clock.GetUtcNow();
        if (refusal is null)
        {
            WatchMeter.Delivery("delivered");
            return await KeepAsync(webhook, webhook with { After = change.Number, Attempts = 0, Next = now, DeliveredAt = now, LastError = null }, holds: true);
        }

        WatchMeter.Delivery("failed");
        log.WebhookFailed(webhook.Name, refusal.Why);
        if (now - change.At > Endurance || (refusal.IsFinal && webhook.Attempts + 1 >= MaxRefusals))
        {
            return await GiveUpAsync(webhook, change.Number, 1, refusal.Why);
        }

        await KeepAsync(webhook, webhook with { Attempts = webhook.Attempts + 1, Next = now + Pause(webhook.Attempts), LastError = refusal.Why, DeliveredAt = null }, holds: false);
        return null;
    }

    private async Task<StoredWebhook?> GiveUpAsync(StoredWebhook webhook, long after, long events, string why)
    {
        WatchMeter.Delivery("dropped", events);
        log.WebhookGaveUp(webhook.Name, events);
        return await KeepAsync(webhook, webhook with { After = after, Attempts = 0, Next = clock.GetUtcNow(), LastError = why, DeliveredAt = null }, holds: true, events);
    }

    // No cancellation: what the receiver took is kept. Null where the lease is another's by now.
    private async Task<StoredWebhook?> KeepAsync(StoredWebhook before, StoredWebhook after, bool holds, long dropped = 0)
    {
        var progress = new WebhookProgress(before.Name, _holder, after.After, after.Attempts, after.Next, holds ? clock.GetUtcNow() + Lease : null)
        {
            DeliveredAt = after.After != before.After && dropped == 0 && after.DeliveredAt != before.DeliveredAt ? after.DeliveredAt : null,
            Dropped = dropped,
            Error = after.LastError,
        };
        return await store.KeepDeliveryAsync(progress, CancellationToken.None) ? after : null;
    }

    // 1, 2, 4, ... seconds up to five minutes, and up to half of that more or less, so that receivers that come back are not met by all at once.
    private static TimeSpan Pause(int attempts) =>
        TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(attempts, 20)), LongestPause.TotalSeconds) * (0.5 + RandomNumberGenerator.GetInt32(1001) / 1000.0));

    // A lease that is shorter than an attempt would be lost during it.
    private TimeSpan Lease => options.WatchLease > 2 * WebhookSender.Patience ? options.WatchLease : 2 * WebhookSender.Patience;

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Endurance = TimeSpan.FromDays(1);
    private const int MaxRefusals = 5;
}
