using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Bundles;

/// <summary>What other rules would change for one host: a dry run on its last evidence.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Now">The verdict under the rules of the bundle: the worst of host and VMs.</param>
/// <param name="Then">The verdict under the other rules.</param>
/// <param name="Parts">The parts whose findings or verdict change.</param>
/// <param name="NotAsked">PCRs that the other rules would quote and this evidence does not: what they show is not known before the host answers.</param>
public sealed record PolicyTrial(string Host, TrustTier Now, TrustTier Then, IReadOnlyList<PartTrial> Parts, IReadOnlyList<string> NotAsked)
{
    /// <summary>Whether anything changes.</summary>
    public bool Changes => Parts.Count > 0 || NotAsked.Count > 0;

    /// <summary>Tries rules on a bundle.</summary>
    public static PolicyTrial Of(OpenBundle bundle, AppraisalRules rules)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(rules);
        var (now, then) = (bundle.ToResult(bundle.Appraise()), bundle.ToResult(bundle.Appraise(rules)));
        var parts = now.Submods.Keys.Union(then.Submods.Keys).Order(StringComparer.Ordinal)
            .Select(name => PartTrial.Of(name, now.Submods.GetValueOrDefault(name), then.Submods.GetValueOrDefault(name)))
            .Where(part => part.Now != part.Then || part.Appear.Count > 0 || part.Vanish.Count > 0);
        return new(bundle.Parts.Context.HostName, now.Status, then.Status, [.. parts], [.. Texts(rules).Except(Texts(bundle.Rules))]);
    }

    private static IEnumerable<string> Texts(AppraisalRules rules) => rules.Pcrs.SelectMany(bank => bank.Pcrs.Select(pcr => $"{bank.Bank}:{pcr}"));
}

/// <summary>What changes for the host itself or one VM.</summary>
/// <param name="Name">"host", or "vm/" and the uuid.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="Now">The verdict under the rules of the bundle.</param>
/// <param name="Then">The verdict under the other rules.</param>
/// <param name="Appear">Findings that are new, or have another severity.</param>
/// <param name="Vanish">Findings that are gone, or have another severity.</param>
public sealed record PartTrial(
    string Name, string Label, TrustTier Now, TrustTier Then, IReadOnlyList<ResultFinding> Appear, IReadOnlyList<ResultFinding> Vanish)
{
    internal static PartTrial Of(string name, Submod? now, Submod? then)
    {
        var (before, after) = (now?.Findings ?? [], then?.Findings ?? []);
        return new(
            name,
            (now ?? then)!.Vm?.Name ?? (now ?? then)!.Host?.Name ?? name,
            now?.Status ?? TrustTier.None,
            then?.Status ?? TrustTier.None,
            [.. after.Where(finding => !before.Contains(finding))],
            [.. before.Where(finding => !after.Contains(finding))]);
    }
}
