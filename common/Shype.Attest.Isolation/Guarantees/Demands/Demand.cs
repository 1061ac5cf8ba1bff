using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees.Demands;

/// <summary>What somebody demands of a host before relying on it (docs/guarantees.md).</summary>
public abstract record Demand
{
    private protected Demand()
    {
    }

    /// <summary>As it stands in a file: "never-together".</summary>
    public abstract string Id { get; }

    /// <summary>What it speaks of.</summary>
    public virtual GuaranteeConcern Concern => GuaranteeConcern.Isolation;
}

/// <summary>VMs of no two of these labels may ever run together.</summary>
/// <param name="Labels">At least two VM labels.</param>
public sealed record NeverTogether(ImmutableArray<string> Labels) : Demand
{
    /// <inheritdoc/>
    public override string Id => "never-together";
}

/// <summary>Nothing may get from one label to another.</summary>
/// <param name="From">A VM or resource label.</param>
/// <param name="To">Another.</param>
/// <param name="Transitively">Whether over other labels as well.</param>
/// <param name="ExceptThrough">Labels that are trusted to pass nothing on.</param>
public sealed record NoFlow(string From, string To, bool Transitively, ImmutableArray<string> ExceptThrough) : Demand
{
    /// <inheritdoc/>
    public override string Id => "no-flow";
}

/// <summary>VMs of a label may share directly with these labels, with the host, and among themselves, and with no other.</summary>
/// <param name="Label">A VM label.</param>
/// <param name="Others">VM labels.</param>
public sealed record OnlySharesWith(string Label, ImmutableArray<string> Others) : Demand
{
    /// <inheritdoc/>
    public override string Id => "only-shares-with";
}

/// <summary>While a VM of this label runs, no VM of another label does; the host apart.</summary>
/// <param name="Label">A VM label.</param>
public sealed record RunsAlone(string Label) : Demand
{
    /// <inheritdoc/>
    public override string Id => "runs-alone";
}

/// <summary>A VM runs, and under this label.</summary>
/// <param name="Vm">Its name or uuid.</param>
/// <param name="Label">The label.</param>
public sealed record LabelIs(string Vm, string Label) : Demand
{
    /// <inheritdoc/>
    public override string Id => "label-is";

    /// <inheritdoc/>
    public override GuaranteeConcern Concern => GuaranteeConcern.Configuration;
}

/// <summary>A labelled resource may be used under these VM labels and no other; the host apart.</summary>
/// <param name="Resource">A resource label.</param>
/// <param name="Labels">VM labels.</param>
public sealed record ResourceOnly(string Resource, ImmutableArray<string> Labels) : Demand
{
    /// <inheritdoc/>
    public override string Id => "resource-only";
}

/// <summary>The policy has been the same since boot.</summary>
public sealed record PolicyUnchanged : Demand
{
    /// <inheritdoc/>
    public override string Id => "policy-unchanged";

    /// <inheritdoc/>
    public override GuaranteeConcern Concern => GuaranteeConcern.Configuration;
}

/// <summary>Somebody keeps the policy, at least this strongly.</summary>
/// <param name="AtLeast">Observed, gated or enforced.</param>
public sealed record EnforcedBy(GuaranteeStrength AtLeast) : Demand
{
    /// <inheritdoc/>
    public override string Id => "enforced-by";

    /// <inheritdoc/>
    public override GuaranteeConcern Concern => GuaranteeConcern.Configuration;
}

/// <summary>One of the guarantees that have a number holds.</summary>
/// <param name="Guarantee">Which: "G11", one of <see cref="GuaranteeProof.Ids"/>.</param>
public sealed record GuaranteeHolds(string Guarantee) : Demand
{
    /// <inheritdoc/>
    public override string Id => "guarantee";

    /// <inheritdoc/>
    public override GuaranteeConcern Concern => GuaranteeProof.ConcernOf(Guarantee);
}
