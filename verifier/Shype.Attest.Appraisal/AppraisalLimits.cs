namespace Shype.Attest.Appraisal;

/// <summary>Every bound on what an appraisal keeps about a host and on reference documents.</summary>
public static class AppraisalLimits
{
    /// <summary>VMs that run at once on one host.</summary>
    public const int MaxRunningVms = 10_000;

    /// <summary>Resources attached to one VM while it runs.</summary>
    public const int MaxAttachments = 256;

    /// <summary>Findings of one kind that are kept from a boot's log; the first ones say it, the rest would repeat it.</summary>
    public const int MaxFactsPerCode = 16;

    /// <summary>Different policies of one boot that are remembered; beyond it nothing is claimed about the time since boot.</summary>
    public const int MaxPolicies = 64;

    /// <summary>Bytes of a reference document.</summary>
    public const int MaxReferenceBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of an appraisal policy.</summary>
    public const int MaxAppraisalPolicyBytes = 256 * 1024;

    /// <summary>Hypervisors, policies or VMs of a reference document.</summary>
    public const int MaxReferences = 10_000;

    /// <summary>Disks or modules of one reference.</summary>
    public const int MaxReferenceParts = 128;

    /// <summary>Characters of a name in a reference document.</summary>
    public const int MaxReferenceText = 4096;
}
