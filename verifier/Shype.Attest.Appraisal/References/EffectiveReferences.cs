namespace Shype.Attest.Appraisal.References;

/// <summary>What counts from one change of any bundle's standing to the next.</summary>
/// <param name="Set">What is good meanwhile.</param>
/// <param name="From">The first moment.</param>
/// <param name="Until">The moment after the last one.</param>
public sealed record EffectiveReferences(ReferenceSet Set, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>Whether it is still what counts.</summary>
    public bool IsOf(DateTimeOffset now) => now >= From && now < Until;

    /// <summary>What counts at a time: the union of the bundles in force, with the others at hand to say why a value does not count.</summary>
    public static EffectiveReferences At(IReadOnlyList<ReferenceBundle> bundles, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(bundles);
        List<ReferenceSet> inForce = [];
        List<LapsedBundle> lapsed = [];
        foreach (var bundle in bundles)
        {
            if (bundle.StandingAt(now) is var standing && standing == BundleStanding.InForce)
            {
                inForce.Add(bundle.Content);
            }
            else
            {
                lapsed.Add(new(bundle, standing));
            }
        }

        var edges = bundles.Where(bundle => bundle.RevokedBecause is null).SelectMany(bundle => bundle.Edges).ToList();
        return new(
            ReferenceSet.Union(inForce, lapsed),
            edges.Where(edge => edge <= now).DefaultIfEmpty(DateTimeOffset.MinValue).Max(),
            edges.Where(edge => edge > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min());
    }
}
