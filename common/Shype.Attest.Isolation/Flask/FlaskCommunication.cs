using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Isolation.Flask;

/// <summary>
/// Who can reach whom under a policy for Xen (guarantees G12 and G13): one node per domain, its types for itself, its channels, its target and its
/// building put together, and one per device type. Where a full context is given for a domain, constraints count; where none is, they are taken as holding.
/// </summary>
public sealed class FlaskCommunication
{
    private readonly ImmutableArray<SortedDictionary<int, ImmutableArray<FlaskReason>>> _targets;
    private readonly Dictionary<string, int> _byName;
    private readonly ILookup<string, string> _byType;

    internal FlaskCommunication(ImmutableArray<string> names, int domains, ImmutableArray<SortedDictionary<int, ImmutableArray<FlaskReason>>> targets, ILookup<string, string> byType)
    {
        _byType = byType;
        Nodes = names;
        Domains = names[..domains];
        _targets = targets;
        _byName = names.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
    }

    /// <summary>The domains, by type's name, or by the context that was given.</summary>
    public ImmutableArray<string> Domains { get; }

    /// <summary>The domains, then what else can be reached: device types, the hypervisor's own.</summary>
    public ImmutableArray<string> Nodes { get; }

    /// <summary>All flows of one step.</summary>
    public IEnumerable<FlaskFlow> Direct => Nodes.SelectMany((from, index) => _targets[index].Select(edge => new FlaskFlow(from, Nodes[edge.Key], edge.Value)));

    /// <summary>Finds all communication for these values of the booleans; refused where the policy would take more than <see cref="FlaskLimits.MaxFlowSteps"/>.</summary>
    public static bool TryOf(
        FlaskPolicy policy, BooleanValues booleans, IEnumerable<FlaskContext> contexts, [NotNullWhen(true)] out FlaskCommunication? communication, [NotNullWhen(false)] out FlaskProblem? problem) =>
        TryOf(policy, booleans, contexts, [], out communication, out problem);

    /// <summary>The same, where each of the named types, and the type of each context, is a node of its own whatever its name ends with.</summary>
    public static bool TryOf(
        FlaskPolicy policy,
        BooleanValues booleans,
        IEnumerable<FlaskContext> contexts,
        IEnumerable<FlaskType> named,
        [NotNullWhen(true)] out FlaskCommunication? communication,
        [NotNullWhen(false)] out FlaskProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(booleans);
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentNullException.ThrowIfNull(named);
        (communication, problem) = (null, null);
        if (policy.Target != FlaskTarget.Xen)
        {
            problem = new("target", 0, "the policy is not for Xen, and says nothing about domains");
            return false;
        }

        var builder = new CommunicationBuilder(policy, booleans, [.. contexts], named);
        if (builder.TryBuild(out communication))
        {
            return true;
        }

        problem = new("avtab", 0, $"finding all communication takes more than {FlaskLimits.MaxFlowSteps} steps");
        return false;
    }

    /// <summary>The flow of one step from one to another; null where there is none.</summary>
    public FlaskFlow? Between(string from, string to) =>
        _byName.TryGetValue(from, out var source) && _byName.TryGetValue(to, out var target) && _targets[source].TryGetValue(target, out var reasons)
            ? new(from, to, reasons)
            : null;

    /// <summary>The nodes of a type: itself, or the contexts that were given for it; none where it is put together with another or is no type of the policy.</summary>
    public IEnumerable<string> NodesOf(FlaskType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return _byType[type.Name];
    }

    /// <summary>A shortest way from one to another that does not pass through the mediators; empty where there is none.</summary>
    public ImmutableArray<FlaskFlow> Path(string from, string to, params IEnumerable<string> mediators) => Path([from], [to], mediators);

    /// <summary>A shortest way from any of some to any of others.</summary>
    public ImmutableArray<FlaskFlow> Path(IEnumerable<string> from, IEnumerable<string> to, IEnumerable<string> mediators)
    {
        var (starts, ends) = (Indices(from), Indices(to));
        var (cameFrom, end) = Search(starts, ends, Indices(mediators));
        if (end is not { } node)
        {
            return [];
        }

        var steps = new Stack<FlaskFlow>();
        do
        {
            steps.Push(new(Nodes[cameFrom[node]], Nodes[node], _targets[cameFrom[node]][node]));
            node = cameFrom[node];
        }
        while (!starts.Contains(node));
        return [.. steps];
    }

    /// <summary>Everything that information from one can come to, over any number of steps, without passing through the mediators.</summary>
    public ImmutableArray<string> Reachable(string from, params IEnumerable<string> mediators)
    {
        var (cameFrom, _) = Search(Indices([from]), [], Indices(mediators));
        return [.. Nodes.Where((_, index) => cameFrom[index] >= 0)];
    }

    // Breadth first, so that the first way found is a shortest one. A mediator may be where a way ends or starts, not on it.
    private (int[] CameFrom, int? End) Search(HashSet<int> starts, HashSet<int> ends, HashSet<int> mediators)
    {
        var cameFrom = new int[Nodes.Length];
        Array.Fill(cameFrom, -1);
        var waiting = new Queue<int>(starts.Order());
        while (waiting.TryDequeue(out var node))
        {
            foreach (var next in _targets[node].Keys)
            {
                if (cameFrom[next] >= 0)
                {
                    continue;
                }

                cameFrom[next] = node;
                if (ends.Contains(next))
                {
                    return (cameFrom, next);
                }

                if (!starts.Contains(next) && !mediators.Contains(next))
                {
                    waiting.Enqueue(next);
                }
            }
        }

        return (cameFrom, null);
    }

    private HashSet<int> Indices(IEnumerable<string> names) => [.. names.Where(_byName.ContainsKey).Select(name => _byName[name])];
}
