using Shype.Attest.Appraisal.Steps;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>One appraisal's inputs, and what is known of its quote.</summary>
internal sealed record Round(Evidence Evidence, AppraisalContext Context)
{
    /// <summary>What to remember of the quote; null where none was verified.</summary>
    public QuoteFacts? Facts { get; init; }

    /// <summary>Whether the quote is a fresh answer to the challenge, later than all before.</summary>
    public bool IsFresh { get; init; }

    /// <summary>The versions of policies that this boot may not go back behind.</summary>
    public PolicyMemory Policies
    {
        get => field ?? (Context.Memory?.Policies ?? PolicyMemory.None) switch
        {
            var known when IsSameBoot => known,
            var known when Context.Rules.AllowPolicyRollback => known with { AtBoot = PolicyVersions.None, Seen = PolicyVersions.None },
            var known => known.NextBoot,
        };
        init;
    }

    /// <summary>The policy file that came and was the measured one.</summary>
    public PolicyFile? NewPolicy { get; init; }

    /// <summary>What was found about the boot; null where its log was not proven.</summary>
    public BootVerdict? Boot { get; init; }

    /// <summary>How far the IMA list was proven now; null where it was not.</summary>
    public ImaMemory? NewIma { get; init; }

    /// <summary>Whether stock tools made the evidence, so that there is no log of an agent.</summary>
    public bool IsOfTools => Evidence.Origin == EvidenceOrigin.Tools;

    /// <summary>The host's trustworthiness vector under findings.</summary>
    public TrustVector VectorOf(IReadOnlyList<Finding> findings) => IsOfTools ? TrustMapping.ToolHost(findings) : TrustMapping.Host(findings);

    public bool IsSameBoot => Facts is not null && ContinuityStep.IsSameBoot(Context.Memory, Facts.Clock);

    /// <summary>What is known of the boot that the quote is of.</summary>
    public BootMemory? KnownBoot => IsSameBoot ? Context.Memory!.Boot : null;

    /// <summary>How far the IMA list of that boot is known.</summary>
    public ImaMemory? KnownIma => IsSameBoot ? Context.Memory!.Ima : null;
}
