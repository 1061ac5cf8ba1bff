namespace Shype.Attest.Verifier.Store;

/// <summary>What the audit records.</summary>
internal static class AuditKinds
{
    /// <summary>A host enrolled, or enrolled again with another attestation key.</summary>
    public const string Enrolment = "enrolment";

    /// <summary>A host proved its TPM and was refused all the same.</summary>
    public const string EnrolmentRefused = "enrolment-refused";

    /// <summary>An operator approved, revoked or reinstated a host.</summary>
    public const string HostState = "host-state";

    /// <summary>An operator invited hosts, named TPMs that are expected, or took either back.</summary>
    public const string Admission = "admission";

    /// <summary>An administrator made a token, or took one away.</summary>
    public const string Access = "access";

    /// <summary>A key of the verifiers was made, begins to sign, or was taken away.</summary>
    public const string Keys = "keys";

    /// <summary>Evidence was appraised.</summary>
    public const string Appraisal = "appraisal";

    /// <summary>An operator put a host into another group.</summary>
    public const string HostGroup = "host-group";

    /// <summary>The appraisal policy of a group was replaced.</summary>
    public const string AppraisalPolicy = "appraisal-policy";

    /// <summary>An operator added, removed or switched an authority of TPMs.</summary>
    public const string Trust = "trust";

    /// <summary>A change of trust changed what verdicts say about a host's certificates.</summary>
    public const string TrustApplied = "trust-applied";

    /// <summary>A host missed its deadline.</summary>
    public const string Watch = "watch";

    /// <summary>An operator changed the interval or the deadline of a host or a group.</summary>
    public const string WatchSettings = "watch-settings";

    /// <summary>An administrator added or removed a webhook.</summary>
    public const string Webhook = "webhook";

    /// <summary>The reference values were replaced.</summary>
    public const string References = "references";
}
