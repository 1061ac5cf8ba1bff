using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Isolation.Flask;

// Expands the rules that move information to pairs of types, and the pairs to edges between nodes. Every pair and every edge is a step of the budget.
internal sealed class CommunicationBuilder
{
    private const string ObjectRole = "object_r";
    private static readonly FlaskReason UnknownAllowed = new("any", "any", "handle_unknown", ["allow"]);

    private readonly FlaskPolicy _policy;
    private readonly BooleanValues _booleans;
    private readonly DomainNodes _domains;
    private readonly ImmutableArray<Node> _nodes;
    private readonly ILookup<int, int> _nodesOf;
    private readonly int _domainCount;
    private readonly int _objectRole;
    private readonly Dictionary<int, uint> _writes;
    private readonly Dictionary<int, uint> _reads;
    private readonly Dictionary<(int Source, int Target, int Class), uint> _allowed = [];
    private readonly Dictionary<(int From, int To), List<FlaskReason>> _edges = [];
    private int _steps;

    public CommunicationBuilder(FlaskPolicy policy, BooleanValues booleans, ImmutableArray<FlaskContext> contexts, IEnumerable<FlaskType> named)
    {
        (_policy, _booleans, _domains) = (policy, booleans, DomainNodes.Of(policy, contexts.Select(context => context.Type).Concat(named.Select(type => type.Value))));
        _objectRole = policy.TryFindRole(ObjectRole, out var role) ? role.Value : 0;
        _writes = policy.Classes.ToDictionary(found => found.Value, found => MovingMask(found, FlowDirection.Write));
        _reads = policy.Classes.ToDictionary(found => found.Value, found => MovingMask(found, FlowDirection.Read));
        var given = contexts.ToLookup(context => context.Type);
        var domains = _domains.Domains.SelectMany(type => given.Contains(type)
            ? given[type].Distinct().Select(context => new Node(policy.Text(context), type, context))
            : [new Node(policy.TypeName(type), type, null)]).DistinctBy(node => node.Name).ToList();
        _domainCount = domains.Count;
        var others = policy.Types.Select(type => type.Value)
            .Except(_domains.Domains)
            .Where(type => _domains.BaseOf(type) == type)
            .Select(type => new Node(policy.TypeName(type), type, null))
            .OrderBy(node => node.Name, StringComparer.Ordinal);
        _nodes = [.. domains, .. others];
        _nodesOf = _nodes.Index().ToLookup(node => node.Item.Type, node => node.Index);
    }

    public bool TryBuild([NotNullWhen(true)] out FlaskCommunication? communication)
    {
        communication = null;
        if (!ExpandRules() || !AddEdges() || !AddUnlimited())
        {
            return false;
        }

        var targets = _nodes.Select(_ => new SortedDictionary<int, ImmutableArray<FlaskReason>>()).ToImmutableArray();
        foreach (var ((from, to), reasons) in _edges)
        {
            targets[from][to] = [.. reasons.Distinct().OrderBy(reason => reason.ToString(), StringComparer.Ordinal)];
        }

        communication = new([.. _nodes.Select(node => node.Name)], _domainCount, targets, _nodes.ToLookup(node => _policy.TypeName(node.Type), node => node.Name, StringComparer.Ordinal));
        return true;
    }

    private bool ExpandRules()
    {
        foreach (var rule in _policy.Rules.Concat(_policy.Conditionals.SelectMany(conditional => conditional.InForce(_booleans))))
        {
            var vector = rule.Kind == FlaskRuleKind.Allow ? rule.Data & (_writes[rule.Class] | _reads[rule.Class]) : 0;
            if (vector == 0)
            {
                continue;
            }

            foreach (var source in _policy.TypesOf(rule.Source))
            {
                foreach (var target in _policy.TypesOf(rule.Target))
                {
                    if (!Step())
                    {
                        return false;
                    }

                    var key = (source, target, (int)rule.Class);
                    _allowed[key] = _allowed.GetValueOrDefault(key) | vector;
                }
            }
        }

        return true;
    }

    private bool AddEdges()
    {
        var classes = _policy.Classes.ToDictionary(found => found.Value);
        foreach (var ((source, target, @class), vector) in _allowed)
        {
            foreach (var from in _domains.OwnersOf(source))
            {
                foreach (var to in _domains.OwnersOf(target))
                {
                    // A domain with itself: its own memory, its own channels.
                    if (!(from == to && target != to) && !Join(from, to, source, target, classes[@class], vector))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    private bool Join(int from, int to, int source, int target, FlaskClass found, uint vector)
    {
        foreach (var one in _nodesOf[from])
        {
            foreach (var other in _nodesOf[to])
            {
                if (!Step())
                {
                    return false;
                }

                Connect(one, other, source, target, found, Constrain(found, vector, (one, source), (other, target)));
            }
        }

        return true;
    }

    // What no rule limits: a permissive domain, and permissions that Xen knows, the policy does not, and the policy says to allow.
    private bool AddUnlimited()
    {
        var unknown = _policy.UnknownPermissions == UnknownPermissions.Allow
            && CommunicationRules.All.Any(entry => !_policy.TryFindClass(entry.Class, out var found) || !found.Permissions.Contains(entry.Permission));
        var permissive = _policy.PermissiveTypes.SelectMany(type => _domains.OwnersOf(type.Value).Select(owner => (Owner: owner, Type: type))).ToLookup(pair => pair.Owner, pair => pair.Type);
        for (var from = 0; from < _nodes.Length; from++)
        {
            var reason = permissive[_nodes[from].Type].FirstOrDefault() is { } type ? new FlaskReason(type.Name, "any", "permissive", ["any"])
                : unknown && from < _domainCount ? UnknownAllowed : null;
            for (var to = 0; reason is not null && to < _domainCount; to++)
            {
                if (!Step())
                {
                    return false;
                }

                Add(from, to, reason);
                Add(to, from, reason);
            }
        }

        return true;
    }

    private uint Constrain(FlaskClass found, uint vector, (int Node, int Type) source, (int Node, int Type) target) =>
        _nodes[source.Node].Context is { } one && _nodes[target.Node].Context is { } other
            ? _policy.Constrain(found, vector, As(one, source.Type), As(other, target.Type))
            : vector;

    // A domain's channel, and whatever else is labelled after it, has its user and levels, and the role of objects.
    private FlaskContext As(FlaskContext owner, int type) => owner with
    {
        Type = type,
        Role = type == owner.Type || type == _domains.BaseOf(type) || _objectRole == 0 ? owner.Role : _objectRole,
    };

    private void Connect(int one, int other, int source, int target, FlaskClass found, uint vector)
    {
        Move(one, other, vector & _writes[found.Value]);
        Move(other, one, vector & _reads[found.Value]);

        void Move(int from, int to, uint moving)
        {
            if (moving != 0)
            {
                Add(from, to, new(_policy.TypeName(source), _policy.TypeName(target), found.Name, found.Names(moving)));
            }
        }
    }

    private void Add(int from, int to, FlaskReason reason)
    {
        if (!_edges.TryGetValue((from, to), out var reasons))
        {
            _edges[(from, to)] = reasons = [];
        }

        reasons.Add(reason);
    }

    private bool Step() => ++_steps <= FlaskLimits.MaxFlowSteps;

    private static uint MovingMask(FlaskClass found, FlowDirection direction) =>
        found.Mask(found.Permissions.OfType<string>().Where(permission => (CommunicationRules.Of(found.Name, permission) & direction) != 0));

    private sealed record Node(string Name, int Type, FlaskContext? Context);
}
