using System.Collections.Immutable;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Story;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>What a story is worth against references. Kept with the story it was made from, so that only what is new is judged again.</summary>
/// <param name="Story">The story.</param>
/// <param name="References">The references.</param>
/// <param name="Rules">What is demanded beyond them.</param>
/// <param name="Host">Findings about the host that follow from both.</param>
/// <param name="Vms">The VMs that run.</param>
internal sealed record Judgement(
    BootStory Story, ReferenceSet References, AppraisalRules Rules, IReadOnlyList<Finding> Host, ImmutableSortedDictionary<Guid, VmAppraisal> Vms)
{
    /// <summary>The binary policy in force, where it is one.</summary>
    public MeasuredFlask? Flask { get; init; }

    /// <summary>The texts of the policies of the boot, where the one in force is an sHype policy.</summary>
    public PolicyTexts? Texts { get; init; }

    /// <summary>What is proven about isolation; made when somebody wants to know.</summary>
    public Guarantees Guarantees => field ??= new(this);

    /// <summary>The verdict on the host when a quote adds nothing to find; null before there was one.</summary>
    public SettledHost? Settled { get; init; }
}

/// <summary>A verdict on a host that the next quote can repeat.</summary>
/// <param name="Host">The verdict.</param>
/// <param name="Enrolment">The findings of enrolment that are in it.</param>
internal sealed record SettledHost(HostAppraisal Host, IReadOnlyList<Finding> Enrolment);
