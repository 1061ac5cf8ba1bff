using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G7: the policy keeps the rules of its format, each asked here again of what the reader made: names are there once, types are declared, conflict sets have two or more.</summary>
public static class WellFormedPolicy
{
    /// <summary>The guarantee for a policy.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.LegacyReadings is [var reading, ..])
        {
            return Refuted($"the policy was read more leniently than its format allows: {Quote.Visible(reading)}");
        }

        return Problems(evidence.Policy).FirstOrDefault() is { } problem
            ? Refuted(problem)
            : Guarantee.Holds("G7", evidence, $"Policy {evidence.Policy} keeps every rule of its format.");
    }

    private static Guarantee Refuted(string problem) => Guarantee.Violated("G7", $"{Sentences.Capital(problem)}.", new(problem, [], []));

    private static IEnumerable<string> Problems(AcmPolicy policy)
    {
        if (policy.FindVmLabel(policy.Bootstrap) is null)
        {
            yield return $"the bootstrap label {Quote.Name(policy.Bootstrap)} is no VM label";
        }

        var names = policy.VmLabels.Select(label => label.Name).Concat(policy.ResourceLabels.Select(label => label.Name)).Append(policy.Name);
        foreach (var name in names.Where(name => name.Length == 0 || name.Contains(':', StringComparison.Ordinal)))
        {
            yield return $"the name {Quote.Name(name)} is empty or has a colon";
        }

        foreach (var list in (IEnumerable<IEnumerable<string>>)[policy.SteTypes, policy.ChWallTypes, policy.VmLabels.Select(label => label.Name), policy.ResourceLabels.Select(label => label.Name)])
        {
            foreach (var twice in list.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
            {
                yield return $"{Quote.Name(twice.Key)} is there twice";
            }
        }

        var ste = policy.VmLabels.SelectMany(label => label.SteTypes).Concat(policy.ResourceLabels.Select(label => label.SteType)).Except(policy.SteTypes, StringComparer.Ordinal);
        var wall = policy.VmLabels.SelectMany(label => label.ChWallTypes).Concat(policy.ConflictSets.SelectMany(set => set.Types)).Except(policy.ChWallTypes, StringComparer.Ordinal);
        foreach (var type in ste.Concat(wall))
        {
            yield return $"type {Quote.Name(type)} is not declared";
        }

        foreach (var set in policy.ConflictSets.Where(set => set.Types.Distinct(StringComparer.Ordinal).Count() < 2))
        {
            yield return $"conflict set {Quote.Name(set.Name)} has fewer than two types";
        }
    }
}
