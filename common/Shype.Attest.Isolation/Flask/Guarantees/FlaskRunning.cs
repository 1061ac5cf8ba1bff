using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Isolation.Flask.Guarantees;

/// <summary>What a demand comes to for what runs now, and ran since boot, by the contexts that the log has as labels.</summary>
internal static class FlaskRunning
{
    /// <summary>
    /// Between what runs now, and what ran since boot. What could get from one to another over time is a part of what could between all that ever ran: where even that shows nothing it
    /// holds; where only that shows something, the order of time would decide, which is not followed here.
    /// </summary>
    public static Guarantee Judge(FlaskEvidence evidence, string id, IReadOnlyList<FlaskLabel> labels, bool isCarried, Func<FlaskReach, Guarantee> judge)
    {
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown(id, IsolationEvidence.NoLog);
        }

        if (Between(evidence, history.Running, labels, judge, out var missing) is not { } now)
        {
            return Guarantee.Unknown(id, missing!);
        }

        if (now.Verdict != GuaranteeVerdict.Holds)
        {
            return now;
        }

        if (history.Gap is { } gap)
        {
            return Guarantee.Unknown(id, gap);
        }

        // What a VM got it keeps when it starts again as another, over which no rule of the policy decides.
        if (isCarried && history.Renamed is { } renamed)
        {
            return Guarantee.Unknown(id, $"{renamed} ran under two labels, and may have carried from one to the other what it got");
        }

        if (history.Ever.Length == history.Running.DistinctBy(vm => vm.EffectiveLabel).Count())
        {
            return now;
        }

        var ever = Between(evidence, history.Ever, labels, judge, out missing);
        return ever is null ? Guarantee.Unknown(id, missing!)
            : ever.Verdict == GuaranteeVerdict.Violated ? Guarantee.Unknown(id, $"between what runs now nothing can, and with what ran since boot {ever.Witness?.Sentence}: in which order of time is not followed under FLASK")
            : ever;
    }

    private static Guarantee? Between(FlaskEvidence evidence, IEnumerable<RunningVm> vms, IReadOnlyList<FlaskLabel> labels, Func<FlaskReach, Guarantee> judge, out string? missing) =>
        Contexts(evidence.Policy, vms, out missing) is { } running && FlaskReach.Running(evidence, labels, running, out missing) is { } reach ? judge(reach) : null;

    /// <summary>Whether two that must not run together ever did.</summary>
    public static Guarantee Beside(FlaskEvidence evidence, string id, ImmutableArray<string> names, Func<FlaskLabel, List<FlaskLabel>, string?> groupOf, string sentence)
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
        if (RunningAnswers.Beside(history.Events, text => LabelOf(text) is { } label ? groupOf(label, named) : null) is { } witness)
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
            : history.Doubt is { } gap ? Guarantee.Unknown(demand.Id, gap)
            : Guarantee.Holds(demand.Id, evidence.Keeper, $"{Quote.Visible(demand.Vm)} runs under {Quote.Name(demand.Label)}.");
    }

    public static string NoLabel(FlaskPolicy policy, string label) =>
        policy.IsMls ? $"{Quote.Name(label)} is no type of the policy, and contexts of a policy with levels are not judged" : $"{Quote.Name(label)} is no type of the policy, and no context that it admits";

    // The labels of what runs; a type alone is no label of a domain.
    private static List<FlaskLabel>? Contexts(FlaskPolicy policy, IEnumerable<RunningVm> running, out string? missing)
    {
        missing = null;
        var found = new List<FlaskLabel>();
        foreach (var vm in running.DistinctBy(vm => vm.EffectiveLabel))
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
