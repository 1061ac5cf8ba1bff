namespace Shype.Attest.Protocol;

/// <summary>An operator says how a host or a group is watched; what is left out is inherited.</summary>
public sealed record WatchRequest
{
    /// <summary>How often to ask, in seconds.</summary>
    public long? IntervalSeconds { get; init; }

    /// <summary>How long a host may be silent, in seconds.</summary>
    public long? DeadlineSeconds { get; init; }
}

/// <summary>How a host or a group is watched.</summary>
public sealed record WatchInfo
{
    /// <summary>The host's id; null for a group.</summary>
    public string? HostId { get; init; }

    /// <summary>The group: of the host, or itself.</summary>
    public required string Group { get; init; }

    /// <summary>What is set here, in seconds; null where it is inherited.</summary>
    public long? IntervalSeconds { get; init; }

    /// <summary>What is set here, in seconds; null where it is inherited.</summary>
    public long? DeadlineSeconds { get; init; }

    /// <summary>What is in force, in seconds.</summary>
    public required long IntervalInForceSeconds { get; init; }

    /// <summary>What is in force, in seconds.</summary>
    public required long DeadlineInForceSeconds { get; init; }

    /// <summary>Counts the changes; the ETag.</summary>
    public required long Version { get; init; }

    /// <summary>Where the host stands; null for a group.</summary>
    public WatchStatus? Status { get; init; }
}

/// <summary>A TPM that proved itself and was refused all the same.</summary>
public sealed record RefusedHost
{
    /// <summary>The id that follows from its endorsement key.</summary>
    public required string HostId { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why, and under which name it asked, as the audit has it.</summary>
    public required string Detail { get; init; }
}

/// <summary>Refusals, the newest first.</summary>
public sealed record RefusedHostList
{
    /// <summary>The refusals.</summary>
    public required IReadOnlyList<RefusedHost> Hosts { get; init; }
}
