using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>What runs under a policy, and the counters that follow from it. Never changes: every event makes another.</summary>
public sealed class EnforcementState
{
    internal EnforcementState(ImmutableDictionary<Guid, RunningVm> running, ChineseWallState wall) => (Running, Wall) = (running, wall);

    /// <summary>Everything that runs, the host's own domain included, by uuid.</summary>
    public ImmutableDictionary<Guid, RunningVm> Running { get; }

    /// <summary>The Chinese Wall's counters.</summary>
    public ChineseWallState Wall { get; }

    /// <summary>After boot: only the host's own domain, under the bootstrap label.</summary>
    public static EnforcementState AtBoot(AcmPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new EnforcementState(ImmutableDictionary<Guid, RunningVm>.Empty, policy.ChineseWall.Empty).With(policy, RunningVm.Host(policy));
    }

    internal EnforcementState With(AcmPolicy policy, RunningVm vm)
    {
        var before = Without(policy, vm.Uuid);
        return new(before.Running.Add(vm.Uuid, vm), policy.ChineseWall.Create(before.Wall, Enforcement.ChWallTypes(policy, vm)));
    }

    internal EnforcementState Without(AcmPolicy policy, Guid uuid) => Running.TryGetValue(uuid, out var vm)
        ? new(Running.Remove(uuid), policy.ChineseWall.Destroy(Wall, Enforcement.ChWallTypes(policy, vm)))
        : this;
}
