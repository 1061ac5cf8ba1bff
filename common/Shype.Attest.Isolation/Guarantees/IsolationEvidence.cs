using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>All that guarantees are proven from.</summary>
/// <param name="Policy">The policy in force.</param>
/// <param name="History">What happened since boot; null where there is no log.</param>
public sealed record IsolationEvidence(AcmPolicy Policy, IsolationHistory? History)
{
    /// <summary>Who keeps the policy: the strength of what holds.</summary>
    public GuaranteeStrength Keeper { get; init; } = GuaranteeStrength.Observed;

    /// <summary>Labels that are trusted to pass nothing on.</summary>
    public ImmutableHashSet<string> Mediators { get; init; } = [];

    internal const string NoLog = "there is no log of what ran";
}

/// <summary>An event and the record that tells it.</summary>
/// <param name="Record">The record's number.</param>
/// <param name="Event">What happened.</param>
public readonly record struct LoggedEvent(ulong Record, EnforcementEvent Event);

/// <summary>What happened since boot, and what the policy says to it.</summary>
public sealed class IsolationHistory
{
    /// <summary>The history of a boot under one policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="events">Every event since boot, in order.</param>
    /// <param name="gap">Why these may not be all, or were not all under this policy; null where they are.</param>
    public IsolationHistory(AcmPolicy policy, ImmutableArray<LoggedEvent> events, string? gap)
    {
        (Policy, Events, Gap) = (policy, events, gap);
        Replay = StartReplay.Run(policy, events.Select(logged => logged.Event));
        Running = [.. Replay.End.Running];
    }

    /// <summary>The policy.</summary>
    public AcmPolicy Policy { get; }

    /// <summary>Every event, in order.</summary>
    public ImmutableArray<LoggedEvent> Events { get; }

    /// <summary>Why nothing that speaks of all events can be said to hold.</summary>
    public string? Gap { get; }

    /// <summary>The first record that changed the policy.</summary>
    public ulong? PolicyChangedAt { get; init; }

    /// <summary>What the policy says to every event.</summary>
    public StartReplay Replay { get; }

    /// <summary>What runs at the end, the host's own domain first.</summary>
    public ImmutableArray<RunningVm> Running { get; }
}
