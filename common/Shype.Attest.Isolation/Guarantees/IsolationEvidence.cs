using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Guarantees.Inputs;

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

    /// <summary>What keeps labels apart (G3); null where no record says it.</summary>
    public ModuleStatement? Module { get; init; }

    /// <summary>The policies measured since boot (G4, G5).</summary>
    public PolicyTrail? Policies { get; init; }

    /// <summary>Where the policy was read more leniently than its format allows (G7).</summary>
    public ImmutableArray<string> LegacyReadings { get; init; } = [];

    /// <summary>How whole the log is (G6).</summary>
    public LogStanding? Log { get; init; }

    /// <summary>Every start since boot, in order (G15, G19, G20, G24, G25); null where there is no log.</summary>
    public ImmutableArray<VmIdentity>? Starts { get; init; }

    /// <summary>What an operator called good (G15, G19); null where nobody was asked.</summary>
    public ImmutableArray<ImageReference>? References { get; init; }

    /// <summary>The hosts that VMs came from (G20); null where nobody was asked.</summary>
    public ImmutableArray<PeerStanding>? Peers { get; init; }

    /// <summary>Records of cleaned resources (G16); none can be made today.</summary>
    public ImmutableArray<Sanitisation> Sanitised { get; init; } = [];

    /// <summary>The endorsement keys, as TPM names in hex, that VMs' own evidence was signed under (G25).</summary>
    public ImmutableDictionary<Guid, string> VmKeys { get; init; } = ImmutableDictionary<Guid, string>.Empty;

    /// <summary>The last start of every VM that runs.</summary>
    internal IEnumerable<VmIdentity> RunningStarts => History is { } history && Starts is { } starts
        ? starts.GroupBy(start => start.Vm.Uuid).Where(group => history.Replay.End.Find(group.Key) is not null).Select(group => group.Last()).OrderBy(start => start.Record)
        : [];

    internal const string NoStarts = "there is no log of the starts of VMs";

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
        (Policy, Events, Gap, Doubt) = (policy, events, gap, gap);
        Replay = StartReplay.Run(policy, events.Select(logged => logged.Event));
        Running = [.. Replay.End.Running];
    }

    /// <summary>The policy.</summary>
    public AcmPolicy Policy { get; }

    /// <summary>Every event, in order.</summary>
    public ImmutableArray<LoggedEvent> Events { get; }

    /// <summary>Why nothing that speaks of all events can be said to hold.</summary>
    public string? Gap { get; }

    /// <summary>Why not even what runs now, or the policy, can be told from the log; null where it can, though not all that is over may be known.</summary>
    public string? Doubt { get; init; }

    /// <summary>The first record that changed the policy.</summary>
    public ulong? PolicyChangedAt { get; init; }

    /// <summary>What the policy says to every event.</summary>
    public StartReplay Replay { get; }

    /// <summary>What runs at the end, the host's own domain first.</summary>
    public ImmutableArray<RunningVm> Running { get; }
}
