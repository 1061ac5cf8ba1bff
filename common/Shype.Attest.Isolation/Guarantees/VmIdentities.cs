using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G19: a uuid keeps its label for the whole boot, and everything that a VM starts from, its configuration included, is what a reference for that label says.</summary>
public static class VmIdentities
{
    /// <summary>The guarantee for every start since boot.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence is not { Starts: { } starts, History: { } history })
        {
            return Guarantee.Unknown("G19", IsolationEvidence.NoStarts);
        }

        if ((Relabelled(history) ?? OtherLabel(starts)) is { } other)
        {
            return Guarantee.Violated("G19", $"{other.Sentence}.", other);
        }

        if (starts.IsEmpty)
        {
            return history.Gap is { } unseen ? Guarantee.Unknown("G19", unseen) : Guarantee.Holds("G19", evidence, "No VM was started since boot.");
        }

        if (evidence.References is not { } references)
        {
            return Guarantee.Unknown("G19", "no references were given that say which images and configurations are good");
        }

        var known = new KnownImages(references);
        foreach (var start in starts)
        {
            if (known.Problem(start) is { } problem)
            {
                var what = $"{start.Sentence} is not what the references say: {problem}";
                return Guarantee.Violated("G19", $"{what}.", new(what, [start.Vm.EffectiveLabel], [start.Record]));
            }
        }

        return starts.FirstOrDefault(start => !known.HasConfig(start)) is { } vague
            ? Guarantee.Unknown("G19", $"the reference for {Quote.Visible(vague.Vm.Name)} names no digest of its configuration")
            : history.Gap is { } gap ? Guarantee.Unknown("G19", gap)
            : Guarantee.Holds("G19", evidence, $"Each of the {starts.Length} starts since boot was of a VM that the references name, under its label.");
    }

    private static Witness? Relabelled(IsolationHistory history)
    {
        foreach (var (record, happened) in history.Events)
        {
            if (happened is VmRelabels { Uuid: var uuid, Label: var label } && uuid != Guid.Empty)
            {
                return new($"{uuid} took label {Quote.Name(label ?? "none")} at record {record}", [label ?? "none"], [record]);
            }
        }

        return null;
    }

    private static Witness? OtherLabel(IEnumerable<VmIdentity> starts)
    {
        var first = new Dictionary<Guid, VmIdentity>();
        foreach (var start in starts)
        {
            if (!first.TryAdd(start.Vm.Uuid, start) && first[start.Vm.Uuid] is var before && before.Vm.Label != start.Vm.Label)
            {
                var what = $"{start.Vm.Uuid} started under {Quote.Name(before.Vm.EffectiveLabel)} (record {before.Record}) and under {Quote.Name(start.Vm.EffectiveLabel)} (record {start.Record})";
                return new(what, [before.Vm.EffectiveLabel, start.Vm.EffectiveLabel], [before.Record, start.Record]);
            }
        }

        return null;
    }
}
