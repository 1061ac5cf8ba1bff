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

    /// <summary>Bytes of records of one boot that are kept to answer demands from; beyond it nothing that only they show is claimed about what is over.</summary>
    public const int MaxPastBytes = 4 * 1024 * 1024;

    /// <summary>Things that a boot loader loads, images that firmware starts, or keys that verify them, of one boot.</summary>
    public const int MaxBootParts = 64;

    /// <summary>Oddities of one boot that are kept; the rest would repeat them.</summary>
    public const int MaxBootOddities = 16;

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

    /// <summary>Bytes of a signed bundle of reference values.</summary>
    public const int MaxBundleBytes = 16 * 1024 * 1024;

    /// <summary>Bundles that a verifier keeps, removed ones included.</summary>
    public const int MaxBundles = 256;

    /// <summary>Characters of a bundle's or a signer's name.</summary>
    public const int MaxBundleName = 128;

    /// <summary>Keys that may sign bundles.</summary>
    public const int MaxSigners = 64;

    /// <summary>Tags of one CoRIM.</summary>
    public const int MaxCorimTags = 1000;

    /// <summary>Nesting of the CBOR in a bundle: a measurement of a CoMID stands at 11.</summary>
    public const int MaxCorimDepth = 32;
}
