namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G8: no label holds two types of one conflict set; otherwise the order of starts decides what may run together.</summary>
public static class LabelTypes
{
    /// <summary>The guarantee for a policy.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        foreach (var label in evidence.Policy.VmLabels)
        {
            var held = label.ChWallTypes.ToHashSet(StringComparer.Ordinal);
            foreach (var set in evidence.Policy.ConflictSets.Where(_ => held.Count > 1))
            {
                if (set.Types.Where(held.Contains).Take(2).ToList() is [var one, var other])
                {
                    var what = $"label {Quote.Name(label.Name)} holds {Quote.Set([one, other])} of conflict set {Quote.Name(set.Name)}: what may run beside it depends on the order of starts";
                    return Guarantee.Violated("G8", $"L{what[1..]}.", new(what, [label.Name], []));
                }
            }
        }

        return Guarantee.Holds("G8", evidence, "No label holds two types of one conflict set, so the order of starts never decides.");
    }
}
