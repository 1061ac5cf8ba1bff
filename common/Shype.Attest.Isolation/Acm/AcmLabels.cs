using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Acm;

/// <summary>A label for virtual machines. The label that the policy names as bootstrap is the host's own domain.</summary>
/// <param name="Name">The label.</param>
/// <param name="SteTypes">What its machines may share through, in byte order.</param>
/// <param name="ChWallTypes">What they count as for conflict sets, in byte order.</param>
/// <param name="From">The label of the policy before that it takes the place of.</param>
public sealed record VmLabel(string Name, ImmutableArray<string> SteTypes, ImmutableArray<string> ChWallTypes, string? From = null);

/// <summary>A label for disks, networks and other resources; exactly one type.</summary>
/// <param name="Name">The label.</param>
/// <param name="SteType">The type that a VM must hold to use the resource.</param>
/// <param name="From">The label of the policy before that it takes the place of.</param>
public sealed record ResourceLabel(string Name, string SteType, string? From = null);

/// <summary>Chinese Wall types of which at most one may be running at a time.</summary>
/// <param name="Name">For people; two sets may have the same name.</param>
/// <param name="Types">At least two, in byte order.</param>
public sealed record ConflictSet(string Name, ImmutableArray<string> Types);

/// <summary>The policy that a policy was made to replace.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
public sealed record AcmPolicyReference(string Name, AcmVersion Version);

/// <summary>Label names with a meaning of their own.</summary>
public static class SpecialLabels
{
    /// <summary>What a VM or resource without a label counts as; a policy may define it.</summary>
    public const string Unlabeled = "__UNLABELED__";

    /// <summary>A resource that nobody may use; never defined.</summary>
    public const string Inaccessible = "__INACCESSIBLE__";

    /// <summary>Stands for "no label" in compiled tables; never defined.</summary>
    public const string Null = "__NULL_LABEL__";

    /// <summary>What is put before a stored label that the policy no longer has.</summary>
    public const string InvalidPrefix = "INV_";
}
