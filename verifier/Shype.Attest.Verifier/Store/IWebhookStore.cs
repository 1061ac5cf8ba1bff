using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>Webhooks, and how far each has been told.</summary>
internal interface IWebhookStore
{
    /// <summary>All of them, by name.</summary>
    Task<IReadOnlyList<StoredWebhook>> ReadWebhooksAsync(CancellationToken cancellationToken);

    /// <summary>Keeps one that is told of what comes from now on; false where the name is taken, or there are <paramref name="most"/> already.</summary>
    Task<bool> AddWebhookAsync(StoredWebhook webhook, int most, CancellationToken cancellationToken);

    /// <summary>Takes one away; false where there is none of this name.</summary>
    Task<bool> RemoveWebhookAsync(string name, string actor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Takes those that something waits for under a lease; none that anybody holds.</summary>
    Task<IReadOnlyList<StoredWebhook>> ClaimWebhooksAsync(string holder, string keyId, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>The next change that a webhook is to be told of; null where there is none.</summary>
    Task<HostEvent?> ReadNextEventAsync(StoredWebhook webhook, CancellationToken cancellationToken);

    /// <summary>Keeps what came of an attempt, and renews or returns the lease; false where the lease is another's by now, or the webhook is gone.</summary>
    Task<bool> KeepDeliveryAsync(WebhookProgress progress, CancellationToken cancellationToken);
}

/// <summary>A webhook.</summary>
internal sealed record StoredWebhook
{
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required string Url { get; init; }

    /// <summary>Which states it is told of; all where empty.</summary>
    public required IReadOnlyList<WatchState> States { get; init; }

    /// <summary>What its secret follows from.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>By which key.</summary>
    public required string KeyId { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>Who made it.</summary>
    public required string Actor { get; init; }

    /// <summary>The last change that it was told of, or that is none of its business.</summary>
    public long After { get; init; }

    /// <summary>How often the next one was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>When the next attempt is due.</summary>
    public DateTimeOffset Next { get; init; }

    /// <summary>How many changes it took.</summary>
    public long Delivered { get; init; }

    /// <summary>How many were given up.</summary>
    public long Dropped { get; init; }

    /// <summary>When it last took one.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    public string? LastError { get; init; }
}

/// <summary>What came of an attempt.</summary>
/// <param name="Name">The webhook.</param>
/// <param name="Holder">Who holds its lease.</param>
/// <param name="After">The last change that is done with.</param>
/// <param name="Attempts">How often the next one was tried.</param>
/// <param name="Next">When to try it.</param>
/// <param name="Lease">Until when the lease is held; null to return it.</param>
internal sealed record WebhookProgress(string Name, string Holder, long After, int Attempts, DateTimeOffset Next, DateTimeOffset? Lease)
{
    /// <summary>When a change was taken; null where none was.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>How many changes were given up.</summary>
    public long Dropped { get; init; }

    /// <summary>Why the attempt failed.</summary>
    public string? Error { get; init; }
}
