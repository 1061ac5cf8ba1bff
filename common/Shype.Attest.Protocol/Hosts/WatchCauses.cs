namespace Shype.Attest.Protocol;

/// <summary>Causes of a change that are not findings.</summary>
public static class WatchCauses
{
    /// <summary>The host's TPM enrolled, or enrolled another attestation key.</summary>
    public const string Enrolled = "enrolled";

    /// <summary>An operator let the host in.</summary>
    public const string Approved = "approved";

    /// <summary>An operator revoked the host.</summary>
    public const string Revoked = "revoked";

    /// <summary>Its name was given to another TPM.</summary>
    public const string Replaced = "replaced";

    /// <summary>Another attestation key after a failure: an operator has to look.</summary>
    public const string KeyAfterFailure = "key-after-failure";

    /// <summary>Evidence without a finding that lowers it.</summary>
    public const string Affirmed = "affirmed";

    /// <summary>The verifier could not judge the evidence; its log says why.</summary>
    public const string NotJudged = "not-judged";

    /// <summary>Nothing that counts was heard by the deadline.</summary>
    public const string DeadlineMissed = "deadline-missed";
}
