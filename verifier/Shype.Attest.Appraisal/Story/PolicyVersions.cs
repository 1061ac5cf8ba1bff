using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>A version of a policy, and what it says.</summary>
/// <param name="Version">The version.</param>
/// <param name="Meaning">The digest of its meaning.</param>
internal sealed record PolicyVersion(AcmVersion Version, MeasuredDigest Meaning);

/// <summary>The highest version of each policy, by name: no host goes back behind it (threat row V10). Never changes.</summary>
internal sealed record PolicyVersions(ImmutableSortedDictionary<string, PolicyVersion> ByName)
{
    /// <summary>No policy is known.</summary>
    public static PolicyVersions None { get; } = new(ImmutableSortedDictionary.Create<string, PolicyVersion>(StringComparer.Ordinal));

    /// <summary>With a policy that is in force; a lower version than the known one, or one name too many, changes nothing.</summary>
    public PolicyVersions With(AcmPolicy policy)
    {
        var known = ByName.GetValueOrDefault(policy.Name);
        return known is null ? ByName.Count < AppraisalLimits.MaxPolicies ? Set(policy) : this
            : policy.Version > known.Version ? Set(policy)
            : this;
    }

    /// <summary>With a policy as the highest of its name, even where it is not.</summary>
    public PolicyVersions Set(AcmPolicy policy) => new(ByName.SetItem(policy.Name, new(policy.Version, PolicyShelf.CanonicalOf(policy))));

    /// <summary>What speaks against a policy: an older version than the known one, or the same with another content.</summary>
    public Finding? Refuse(AcmPolicy policy, ulong record)
    {
        if (ByName.GetValueOrDefault(policy.Name) is not { } known || policy.Version > known.Version)
        {
            return null;
        }

        if (policy.Version < known.Version)
        {
            return new(FindingCode.PolicyRolledBack, "policy", record, known.Version.ToString(), policy.Version.ToString(), TextRules.Escape(policy.Name));
        }

        var meaning = PolicyShelf.CanonicalOf(policy);
        return meaning == known.Meaning ? null
            : new(FindingCode.PolicyVersionReused, "policy", record, known.Meaning.ToString(), meaning.ToString(), $"{TextRules.Escape(policy.Name)} {policy.Version}");
    }
}
