using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Isolation.Flask.Guarantees;

/// <summary>
/// Who reaches whom as one question needs it: over types where it names types, over every context that the policy admits where it names one; and of
/// what runs only that.
/// </summary>
internal sealed class FlaskReach
{
    private readonly FlaskCommunication _communication;
    private readonly FlaskPolicy _policy;
    private readonly IReadOnlySet<string> _absent;

    private FlaskReach(FlaskPolicy policy, FlaskCommunication communication, IReadOnlySet<string> absent) =>
        (_policy, _communication, _absent) = (policy, communication, absent);

    /// <summary>In every state that the policy admits; null and why where it cannot be said.</summary>
    public static FlaskReach? Admitted(FlaskEvidence evidence, IReadOnlyList<FlaskLabel> labels, out string? missing)
    {
        var types = labels.Select(label => label.Type).ToList();
        if (labels.All(label => label.Context is null))
        {
            return Of(evidence, [], types, out missing);
        }

        var all = evidence.Policy.Types.Select(type => type.Value).ToHashSet();
        missing = $"the policy has more than {FlaskLimits.MaxContexts} contexts";
        return FlaskLabels.ContextsOf(evidence.Policy, all) is { } contexts ? Of(evidence, contexts, types, out missing) : null;
    }

    /// <summary>Between what runs and what the hypervisor itself runs or gives out; null and why where it cannot be said.</summary>
    public static FlaskReach? Running(FlaskEvidence evidence, IReadOnlyList<FlaskLabel> labels, IReadOnlyList<FlaskLabel> running, out string? missing)
    {
        var contexts = running.Select(vm => vm.Context!).Concat(evidence.Policy.Objects.Where(labelled => labelled.Kind == LabelledKind.InitialSid).Select(labelled => labelled.Context)).Distinct().ToList();
        if (Of(evidence, contexts, labels.Select(label => label.Type), out missing) is not { } reach)
        {
            return null;
        }

        var present = contexts.Select(evidence.Policy.Text).ToHashSet(StringComparer.Ordinal);
        return new(evidence.Policy, reach._communication, reach._communication.Domains.Where(domain => !present.Contains(domain)).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The domains and devices that a label means.</summary>
    public IEnumerable<string> NodesOf(FlaskLabel label) =>
        (label.Context is { } context ? _communication.Nodes.Where(node => node == _policy.Text(context)) : _communication.NodesOf(label.Type)).Where(node => !_absent.Contains(node));

    /// <summary>The domains.</summary>
    public IEnumerable<string> Domains => _communication.Domains.Where(domain => !_absent.Contains(domain));

    /// <summary>The flow of one step.</summary>
    public FlaskFlow? Between(string from, string to) => _communication.Between(from, to);

    /// <summary>A shortest way.</summary>
    public Witness? Way(FlaskLabel from, FlaskLabel to, bool transitively, IEnumerable<FlaskLabel> mediators)
    {
        var (starts, ends) = (NodesOf(from).ToList(), NodesOf(to).ToList());
        var path = transitively
            ? _communication.Path(starts, ends, mediators.SelectMany(NodesOf).Concat(_absent))
            : starts.SelectMany(_ => ends, Between).OfType<FlaskFlow>().Take(1).ToImmutableArray();
        return path.IsEmpty ? null : new(string.Join(", then ", path.Select(step => step.Sentence)), [path[0].From, .. path.Select(step => step.To)], []);
    }

    private static FlaskReach? Of(FlaskEvidence evidence, IEnumerable<FlaskContext> contexts, IEnumerable<FlaskType> named, out string? missing)
    {
        var found = FlaskCommunication.TryOf(evidence.Policy, evidence.Booleans, contexts, named, out var communication, out var problem);
        missing = problem?.Problem;
        return found ? new(evidence.Policy, communication!, ImmutableHashSet<string>.Empty) : null;
    }
}
