using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>
/// What a policy says about the VMs that run under it now: whether each label is the policy's, whether any two conflict (guarantee G10), and
/// through which types any two may share (G12). It speaks of what the policy allows; who enforces it is for the caller to say.
/// </summary>
public sealed class IsolationStatement
{
    private readonly ImmutableArray<RunningVm> _participants;

    private IsolationStatement(AcmPolicy policy, ImmutableArray<RunningVm> vms)
    {
        Policy = policy;
        _participants = vms.Any(vm => vm.IsHost) ? vms : [RunningVm.Host(policy), .. vms];
        Labels = [.. vms.Where(vm => !vm.IsHost).Select(vm => new VmStanding(vm, policy.StandingOf(vm)))];
        Conflicts = FindConflicts();
    }

    /// <summary>The policy.</summary>
    public AcmPolicy Policy { get; }

    /// <summary>How each VM's label stands to the policy.</summary>
    public ImmutableArray<VmStanding> Labels { get; }

    /// <summary>Per conflict set and pair of its types that run together, one pair of VMs as witness.</summary>
    public ImmutableArray<VmPair> Conflicts { get; }

    /// <summary>Whether every label is a known one and nothing conflicts, so that VMs share only what the policy gives to both.</summary>
    public bool Holds => Conflicts.IsEmpty && Labels.All(label => label.Standing == LabelStanding.Known);

    /// <summary>The whole in one sentence.</summary>
    public string Sentence
    {
        get
        {
            var strangers = Labels.Where(label => label.Standing != LabelStanding.Known).ToList();
            if (strangers.Count > 0)
            {
                return $"Nothing can be said for all VMs under policy {Policy}: {strangers[0].Sentence}.";
            }

            if (Conflicts is [var first, ..])
            {
                return $"Policy {Policy} is violated: {first.Sentence}.";
            }

            var sharing = Policy.HasTypeEnforcement ? "and any two share only what the policy gives to both their labels" : "but the policy does not restrict sharing";
            return $"Under policy {Policy} no two of the {Labels.Length} running VMs conflict, {sharing}.";
        }
    }

    /// <summary>The statement for what runs; the host's own domain takes part under the policy's bootstrap label and need not be listed.</summary>
    public static IsolationStatement Of(AcmPolicy policy, IEnumerable<RunningVm> running)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(running);
        return new(policy, [.. running.DistinctBy(vm => vm.Uuid).OrderBy(vm => vm.Uuid)]);
    }

    /// <summary>One VM against every other, the host's own domain first; empty where the VM does not run.</summary>
    public ImmutableArray<VmPair> For(Guid uuid) => _participants.FirstOrDefault(vm => vm.Uuid == uuid) is { } self
        ? [.. _participants.Where(other => other.Uuid != uuid).Select(other => Pair(self, other))]
        : [];

    private ImmutableArray<VmPair> FindConflicts()
    {
        var firstOf = new Dictionary<string, RunningVm>(StringComparer.Ordinal);
        foreach (var vm in _participants)
        {
            foreach (var type in Policy.FindVmLabel(vm.EffectiveLabel)?.ChWallTypes ?? [])
            {
                firstOf.TryAdd(type, vm);
            }
        }

        var found = ImmutableArray.CreateBuilder<VmPair>();
        foreach (var set in Policy.ConflictSets)
        {
            var present = set.Types.Select(firstOf.GetValueOrDefault).OfType<RunningVm>().ToList();
            found.AddRange(present.Skip(1).Where(other => other != present[0]).Select(other => Pair(present[0], other)));
        }

        return [.. found.Distinct()];
    }

    private VmPair Pair(RunningVm left, RunningVm right)
    {
        var labels = (Left: Policy.FindVmLabel(left.EffectiveLabel), Right: Policy.FindVmLabel(right.EffectiveLabel));
        var conflict = Policy.ChineseWall.InAnyOrder(labels.Left?.ChWallTypes ?? [], labels.Right?.ChWallTypes ?? []);
        return new(left, right, conflict, Policy.HasTypeEnforcement)
        {
            LabelsKnown = labels is { Left: not null, Right: not null },
            SharedTypes = labels is { Left: { } one, Right: { } two } ? TypeEnforcement.Shared(one.SteTypes, two.SteTypes) : [],
        };
    }
}
