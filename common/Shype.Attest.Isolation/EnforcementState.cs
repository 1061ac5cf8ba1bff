using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>What runs under a policy, what is attached to it, and the counters that follow. Never changes: every event makes another.</summary>
public sealed class EnforcementState
{
    internal EnforcementState(PolicyTables tables, ImmutableDictionary<Guid, Participant> participants, ChineseWallState wall, ulong starts) =>
        (Tables, Participants, Wall, Starts) = (tables, participants, wall, starts);

    /// <summary>The policy in force.</summary>
    public AcmPolicy Policy => Tables.Policy;

    /// <summary>Everything that runs, the host's own domain first, then in the order of starting.</summary>
    public IEnumerable<RunningVm> Running => InOrder.Select(participant => participant.Vm);

    /// <summary>The Chinese Wall's counters.</summary>
    public ChineseWallState Wall { get; }

    internal PolicyTables Tables { get; }

    internal ImmutableDictionary<Guid, Participant> Participants { get; }

    internal ulong Starts { get; }

    internal IEnumerable<Participant> InOrder => Participants.Values.OrderBy(participant => participant.Order);

    /// <summary>After boot: only the host's own domain, under the bootstrap label.</summary>
    public static EnforcementState AtBoot(AcmPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Under(policy, RunningVm.Host(policy), []);
    }

    /// <summary>What runs with that uuid; null where nothing does.</summary>
    public RunningVm? Find(Guid uuid) => Participants.TryGetValue(uuid, out var participant) ? participant.Vm : null;

    /// <summary>What is attached to a running VM.</summary>
    public ImmutableArray<Resource> AttachedTo(Guid uuid) => Participants.TryGetValue(uuid, out var participant) ? participant.Attached : [];

    internal static EnforcementState Under(AcmPolicy policy, RunningVm host, ImmutableArray<Resource> attached)
    {
        var tables = PolicyTables.Of(policy);
        var run = new EnforcementRun(new(tables, ImmutableDictionary<Guid, Participant>.Empty, policy.ChineseWall.Empty, 0));
        run.Place(host, attached);
        return run.Freeze();
    }
}

/// <summary>Something that runs.</summary>
/// <param name="Vm">What the log says of it.</param>
/// <param name="Row">Its label; null where the policy has no such VM label.</param>
/// <param name="Order">How many starts were before it.</param>
/// <param name="Attached">What it uses.</param>
internal sealed record Participant(RunningVm Vm, LabelRow? Row, ulong Order, ImmutableArray<Resource> Attached);
