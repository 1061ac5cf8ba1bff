using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Graph;

/// <summary>The picture of a sHype policy and of what runs under it.</summary>
public static class AcmGraph
{
    /// <summary>The graph of a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="mediators">Labels that are trusted to pass nothing on.</param>
    /// <param name="running">What runs; null where nothing is known of it.</param>
    public static IsolationGraph Of(AcmPolicy policy, IReadOnlySet<string> mediators, IReadOnlyList<RunningVm>? running)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(mediators);
        var vms = (running ?? []).Where(vm => !vm.IsHost).ToLookup(vm => vm.EffectiveLabel, vm => vm.Name, StringComparer.Ordinal);
        ImmutableArray<GraphNode> nodes =
        [
            .. policy.VmLabels.Select(label => new GraphNode(
                label.Name, label.Name == policy.Bootstrap ? GraphNodeKind.Host : GraphNodeKind.Label, mediators.Contains(label.Name), [.. vms[label.Name]], label.ChWallTypes)),
            .. vms.Where(group => policy.FindVmLabel(group.Key) is null)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new GraphNode(group.Key, GraphNodeKind.UnknownLabel, IsMediator: false, [.. group], [])),
        ];
        return new(policy.ToString(), nodes, Channels(policy), [], Sets(policy, nodes, running)) { HasVms = running is not null };
    }

    /// <summary>The graph with the answer to whether anything can get from one label to another; both must be the policy's.</summary>
    public static IsolationGraph WithWitness(this IsolationGraph graph, AcmPolicy policy, FlowPath? path, string from, string to, string sentence)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(policy);
        var steps = path?.Steps.Select(step => new GraphStep(step.Type is null ? 0 : policy.SteTypes.IndexOf(step.Type, StringComparer.Ordinal), step.To));
        return graph with { Witness = new(from, to, [.. steps ?? []], sentence) };
    }

    private static ImmutableArray<GraphChannel> Channels(AcmPolicy policy)
    {
        if (!policy.HasTypeEnforcement)
        {
            var all = policy.VmLabels.Select((_, index) => new ChannelMember(index, ChannelRole.Both));
            return [new("anything: no Type Enforcement", [.. all], [.. policy.ResourceLabels.Select(label => label.Name)])];
        }

        var holders = policy.SteTypes.ToDictionary(type => type, _ => new List<ChannelMember>(), StringComparer.Ordinal);
        foreach (var (index, label) in policy.VmLabels.Index())
        {
            label.SteTypes.ToList().ForEach(type => holders[type].Add(new(index, ChannelRole.Both)));
        }

        var resources = policy.ResourceLabels.ToLookup(label => label.SteType, label => label.Name, StringComparer.Ordinal);
        return [.. policy.SteTypes.Select(type => new GraphChannel(type, [.. holders[type]], [.. resources[type]]))];
    }

    private static ImmutableArray<GraphConflictSet> Sets(AcmPolicy policy, ImmutableArray<GraphNode> nodes, IReadOnlyList<RunningVm>? running)
    {
        // The host's own domain takes part from boot on.
        var present = nodes.Where(node => !node.Vms.IsEmpty || (running is not null && node.Kind == GraphNodeKind.Host)).SelectMany(node => node.WallTypes).ToHashSet(StringComparer.Ordinal);
        return [.. policy.ConflictSets.Select(set => new GraphConflictSet(set.Name, set.Types, [.. set.Types.Where(present.Contains)]))];
    }
}
