namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G10: of every conflict set at most one type runs now.</summary>
public static class NoConflictNow
{
    /// <summary>The guarantee for what runs now.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G10", IsolationEvidence.NoLog);
        }

        var firstOf = new Dictionary<string, RunningVm>(StringComparer.Ordinal);
        foreach (var vm in history.Running)
        {
            foreach (var type in evidence.Policy.FindVmLabel(vm.EffectiveLabel)?.ChWallTypes ?? [])
            {
                firstOf.TryAdd(type, vm);
            }
        }

        foreach (var set in evidence.Policy.ConflictSets)
        {
            if (set.Types.Where(firstOf.ContainsKey).Take(2).ToList() is [var one, var other])
            {
                var what = $"{Quote.Visible(firstOf[one].Name)} runs as {Quote.Name(one)} and {Quote.Visible(firstOf[other].Name)} as {Quote.Name(other)}, of which conflict set {Quote.Name(set.Name)} lets one run at a time";
                return Guarantee.Violated("G10", $"{what}.", new(what, [firstOf[one].EffectiveLabel, firstOf[other].EffectiveLabel], []));
            }
        }

        var unknown = history.Doubt ?? (history.Running.FirstOrDefault(vm => evidence.Policy.StandingOf(vm) != LabelStanding.Known) is { } stranger
            ? new VmStanding(stranger, evidence.Policy.StandingOf(stranger)).Sentence
            : null);
        return unknown is null
            ? Guarantee.Holds("G10", evidence, $"No two of the {history.Running.Length - 1} running VMs conflict.")
            : Guarantee.Unknown("G10", unknown);
    }
}
