using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Isolation.Flask.Guarantees;

/// <summary>What a demand comes to for what runs now, and ran since boot, by the contexts that the log has as labels.</summary>
internal static class FlaskRunning
{
    /// <summary>Between what runs now.</summary>
    public static Guarantee Judge(FlaskEvidence evidence, string id, IReadOnlyList<FlaskLabel> labels, Func<FlaskReach, Guarantee> judge)
    {
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown(id, IsolationEvidence.NoLog);
        }

        if (Contexts(evidence.Policy, history.Running, out var missing) is not { } running || FlaskReach.Running(evidence, labels, running, out missing) is not { } reach)
        {
            return Guarantee.Unknown(id, missing!);
        }

        var answer = judge(reach);
        return answer.Verdict == GuaranteeVerdict.Holds && history.Gap is { } gap ? Guarantee.Unknown(id, gap) : answer;
    }

    /// <summary>Whether two that must not run together ever did.</summary>
    public static Guarantee Beside(FlaskEvidence evidence, string id, ImmutableArray<string> names, Func<FlaskLabel, FlaskLabel, List<FlaskLabel>, bool> forbidden, string sentence)
    {
        if (names.FirstOrDefault(name => FlaskLabels.Find(evidence.Policy, name) is null) is { } stranger)
        {
            return Guarantee.Unknown(id, NoLabel(evidence.Policy, stranger));
        }

        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown(id, IsolationEvidence.NoLog);
        }

        var named = names.Select(name => FlaskLabels.Find(evidence.Policy, name)!).ToList();
        var labels = new Dictionary<string, FlaskLabel?>(StringComparer.Ordinal);
        FlaskLabel? LabelOf(string text) => labels.TryGetValue(text, out var known) ? known : labels[text] = FlaskLabels.Find(evidence.Policy, text);
        if (RunningAnswers.Beside(history.Events, (one, other) => (LabelOf(one), LabelOf(other)) is ({ } left, { } right) && (forbidden(left, right, named) || forbidden(right, left, named))) is { } witness)
        {
            return Guarantee.Violated(id, $"{witness.Sentence}.", witness);
        }

        return labels.FirstOrDefault(label => label.Value is null) is { Key: { } unknown } ? Guarantee.Unknown(id, NoLabel(evidence.Policy, unknown))
            : history.Gap is { } gap ? Guarantee.Unknown(id, gap)
            : Guarantee.Holds(id, evidence.Keeper, sentence);
    }

    /// <summary>Whether a VM runs under a label.</summary>
    public static Guarantee Label(FlaskEvidence evidence, LabelIs demand)
    {
        if (FlaskLabels.Find(evidence.Policy, demand.Label) is not { } wanted)
        {
            return Guarantee.Unknown(demand.Id, NoLabel(evidence.Policy, demand.Label));
        }

        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown(demand.Id, IsolationEvidence.NoLog);
        }

        var named = history.Running.Where(vm => vm.Name == demand.Vm || vm.Uuid.ToString() == demand.Vm).ToList();
        if (named.Find(vm => FlaskLabels.Find(evidence.Policy, vm.EffectiveLabel) is not { } label || !wanted.Covers(label)) is { } wrong)
        {
            var what = $"{Quote.Visible(wrong.Name)} runs under {Quote.Name(wrong.EffectiveLabel)}, and {Quote.Name(demand.Label)} is demanded";
            return Guarantee.Violated(demand.Id, $"{what}.", new(what, [wrong.EffectiveLabel], []));
        }

        return named.Count == 0 ? Guarantee.Unknown(demand.Id, $"no VM {Quote.Name(demand.Vm)} runs")
            : history.Gap is { } gap ? Guarantee.Unknown(demand.Id, gap)
            : Guarantee.Holds(demand.Id, evidence.Keeper, $"{Quote.Visible(demand.Vm)} runs under {Quote.Name(demand.Label)}.");
    }

    public static string NoLabel(FlaskPolicy policy, string label) =>
        policy.IsMls ? $"{Quote.Name(label)} is no type of the policy, and contexts of a policy with levels are not judged" : $"{Quote.Name(label)} is no type of the policy, and no context that it admits";

    // The labels of what runs; a type alone is no label of a domain.
    private static List<FlaskLabel>? Contexts(FlaskPolicy policy, IEnumerable<RunningVm> running, out string? missing)
    {
        missing = null;
        var found = new List<FlaskLabel>();
        foreach (var vm in running)
        {
            if (FlaskLabels.Find(policy, vm.EffectiveLabel) is not { Context: not null } label)
            {
                missing = $"{Quote.Visible(vm.Name)} runs under {Quote.Name(vm.EffectiveLabel)}, which is no context that the policy admits";
                return null;
            }

            found.Add(label);
        }

        return found;
    }
}
