namespace Shype.Attest.Protocol;

/// <summary>An administrator names somebody who is to be told of changes.</summary>
public sealed record WebhookRequest
{
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is: https, or what the verifier's settings list.</summary>
    public required string Url { get; init; }

    /// <summary>Which states it is told of; all where empty.</summary>
    public IReadOnlyList<WatchState> States { get; init => field = value ?? []; } = [];
}

/// <summary>A webhook, and how far it has been told.</summary>
public sealed record WebhookInfo
{
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required string Url { get; init; }

    /// <summary>Which states it is told of; all where empty.</summary>
    public IReadOnlyList<WatchState> States { get; init => field = value ?? []; } = [];

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>Who made it.</summary>
    public required string By { get; init; }

    /// <summary>What deliveries are signed with; shown once, when it is made.</summary>
    public string? Secret { get; init; }

    /// <summary>The last change that is done with.</summary>
    public required long After { get; init; }

    /// <summary>How many changes it took.</summary>
    public required long Delivered { get; init; }

    /// <summary>How many were given up.</summary>
    public required long Dropped { get; init; }

    /// <summary>When it last took one.</summary>
    public DateTimeOffset? LastDelivered { get; init; }

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    public string? LastError { get; init; }
}

/// <summary>All webhooks, by name.</summary>
public sealed record WebhookList
{
    /// <summary>The webhooks.</summary>
    public required IReadOnlyList<WebhookInfo> Webhooks { get; init; }
}

/// <summary>What came of a test.</summary>
public sealed record WebhookTest
{
    /// <summary>Whether it was taken.</summary>
    public required bool Delivered { get; init; }

    /// <summary>Why not.</summary>
    public string? Error { get; init; }
}

/// <summary>The body of a delivery.</summary>
public sealed record WebhookMessage
{
    /// <summary><c>host.state</c>, or <c>test</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The change; none in a test.</summary>
    public HostEvent? Data { get; init; }
}
