namespace Shype.Attest.Protocol;

/// <summary>One change of a host's state, as history, event stream and webhooks tell it.</summary>
public sealed record HostEvent
{
    /// <summary>Counts the changes of all hosts: later ones have greater numbers. Numbers may be left out.</summary>
    public required long Number { get; init; }

    /// <summary>The host's id.</summary>
    public required string HostId { get; init; }

    /// <summary>The host's name as it is now.</summary>
    public required string HostName { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The state before; null for a host's first.</summary>
    public WatchState? From { get; init; }

    /// <summary>The state from then on. The same as before where only the silence or the causes changed.</summary>
    public required WatchState To { get; init; }

    /// <summary>Whether the host was silent beyond its deadline from then on.</summary>
    public required bool Silent { get; init; }

    /// <summary>Why: codes of findings, or one of <see cref="WatchCauses"/>.</summary>
    public required IReadOnlyList<string> Causes { get; init; }

    /// <summary>Who decided, where a person did.</summary>
    public string? By { get; init; }

    /// <summary>SHA-256 (hex) of the evidence that the change rests on.</summary>
    public string? Evidence { get; init; }
}

/// <summary>Changes in their order, or the newest first, as the route says.</summary>
public sealed record HostEventList
{
    /// <summary>The changes.</summary>
    public required IReadOnlyList<HostEvent> Events { get; init; }

    /// <summary>Where the next page starts; null on the last one.</summary>
    public long? Next { get; init; }
}
