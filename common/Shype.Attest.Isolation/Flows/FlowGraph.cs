using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation.Flows;

/// <summary>
/// What a policy lets flow, step by step: two labels are joined by every type that both hold, a resource's label by its one type. Mediators may begin or end a
/// way and are never on it.
/// </summary>
public sealed class FlowGraph
{
    private readonly AcmPolicy _policy;
    private readonly Dictionary<string, int> _types;
    private readonly int[] _component;
    private readonly ImmutableArray<VmLabel>[] _holders;

    /// <summary>The graph of a policy without its mediators.</summary>
    public FlowGraph(AcmPolicy policy, IReadOnlySet<string> mediators)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(mediators);
        _policy = policy;
        _types = policy.SteTypes.Select((type, index) => (type, index)).ToDictionary(pair => pair.type, pair => pair.index, StringComparer.Ordinal);
        _component = [.. Enumerable.Range(0, _types.Count)];
        var holders = Enumerable.Range(0, _types.Count).Select(_ => ImmutableArray.CreateBuilder<VmLabel>()).ToArray();
        foreach (var label in policy.VmLabels.Where(label => !mediators.Contains(label.Name)))
        {
            foreach (var type in label.SteTypes)
            {
                holders[_types[type]].Add(label);
                _component[Root(_types[type])] = Root(_types[label.SteTypes[0]]);
            }
        }

        _holders = [.. holders.Select(builder => builder.ToImmutable())];
    }

    /// <summary>Whether the policy has a VM or resource label of that name.</summary>
    public bool Knows(string label) => _policy.FindVmLabel(label) is not null || _policy.FindResourceLabel(label) is not null;

    /// <summary>The type through which two labels share directly.</summary>
    public FlowPath? Direct(string from, string to)
    {
        if (!_policy.HasTypeEnforcement)
        {
            return new(from, [new(null, to)]);
        }

        return TypeEnforcement.Shared(TypesOf(from), TypesOf(to)) is [var type, ..] ? new(from, [new(type, to)]) : null;
    }

    /// <summary>Whether anything can get from one label to the other, over however many others.</summary>
    public bool AreConnected(string from, string to)
    {
        var reached = TypesOf(from).Select(type => Root(_types[type])).ToHashSet();
        return !_policy.HasTypeEnforcement || TypesOf(to).Any(type => reached.Contains(Root(_types[type])));
    }

    /// <summary>The way with the fewest steps; null where there is none.</summary>
    public FlowPath? Shortest(string from, string to)
    {
        if (!AreConnected(from, to) || Direct(from, to) is { } direct)
        {
            return AreConnected(from, to) ? Direct(from, to) : null;
        }

        var cameBy = new Dictionary<string, (string From, string Type)>(StringComparer.Ordinal);
        var seenTypes = new HashSet<string>(StringComparer.Ordinal);
        var goal = TypesOf(to);
        var queue = new Queue<string>([from]);
        while (queue.TryDequeue(out var label))
        {
            foreach (var type in TypesOf(label).Where(seenTypes.Add))
            {
                if (goal.Contains(type, StringComparer.Ordinal))
                {
                    cameBy[to] = (label, type);
                    return Back(from, to, cameBy);
                }

                foreach (var next in _holders[_types[type]])
                {
                    if (next.Name != from && cameBy.TryAdd(next.Name, (label, type)))
                    {
                        queue.Enqueue(next.Name);
                    }
                }
            }
        }

        return null;
    }

    private static FlowPath Back(string from, string to, Dictionary<string, (string From, string Type)> cameBy)
    {
        var steps = new List<FlowStep>();
        for (var at = to; at != from; at = cameBy[at].From)
        {
            steps.Add(new(cameBy[at].Type, at));
        }

        steps.Reverse();
        return new(from, [.. steps]);
    }

    private ImmutableArray<string> TypesOf(string label) =>
        _policy.FindVmLabel(label)?.SteTypes ?? (_policy.FindResourceLabel(label) is { } resource ? [resource.SteType] : []);

    private int Root(int type)
    {
        while (_component[type] != type)
        {
            type = _component[type] = _component[_component[type]];
        }

        return type;
    }
}
