namespace Shype.Attest.Protocol;

/// <summary>The <c>type</c> of problem details (RFC 9457). Golden-tested: programs branch on these.</summary>
public static class ProblemTypes
{
    /// <summary>What every type starts with.</summary>
    public const string Prefix = "urn:shype:problem:";

    /// <summary>The body or a parameter could not be read.</summary>
    public const string Malformed = Prefix + "malformed";

    /// <summary>A limit of <see cref="ProtocolLimits"/> was crossed; member <c>limit</c> names it.</summary>
    public const string LimitExceeded = Prefix + "limit-exceeded";

    /// <summary>The content type is not one this route reads.</summary>
    public const string UnsupportedMediaType = Prefix + "unsupported-media-type";

    /// <summary>No credential, or one that is not known.</summary>
    public const string Unauthorized = Prefix + "unauthorized";

    /// <summary>The credential is known and does not allow this.</summary>
    public const string Forbidden = Prefix + "forbidden";

    /// <summary>Nothing is known under this name.</summary>
    public const string NotFound = Prefix + "not-found";

    /// <summary>Too many requests, or too many unfinished ones.</summary>
    public const string TooMany = Prefix + "too-many";

    /// <summary>The enrolment was refused; member <c>findings</c> says why.</summary>
    public const string EnrolmentRefused = Prefix + "enrolment-refused";

    /// <summary>The enrolment is unknown, already used, or too late.</summary>
    public const string EnrolmentUnknown = Prefix + "enrolment-unknown";

    /// <summary>The answer to the credential challenge is wrong.</summary>
    public const string ActivationFailed = Prefix + "activation-failed";

    /// <summary>The host's name already belongs to another TPM.</summary>
    public const string HostNameTaken = Prefix + "host-name-taken";

    /// <summary>The host waits for an administrator's approval.</summary>
    public const string HostPending = Prefix + "host-pending";

    /// <summary>The host was revoked.</summary>
    public const string HostRevoked = Prefix + "host-revoked";

    /// <summary>Nobody certified the host's endorsement key: approving it needs the key's fingerprint, and that must be the right one.</summary>
    public const string FingerprintNeeded = Prefix + "fingerprint-needed";

    /// <summary>The invitation is unknown, used up or too old.</summary>
    public const string InvitationRefused = Prefix + "invitation-refused";

    /// <summary>The token's name is taken or cannot be one, or there is no such role.</summary>
    public const string TokenRefused = Prefix + "token-refused";

    /// <summary>The webhook's name is taken, or there are too many.</summary>
    public const string WebhookRefused = Prefix + "webhook-refused";

    /// <summary>The authority cannot be added, removed or switched; the detail says why.</summary>
    public const string TrustRefused = Prefix + "trust-refused";

    /// <summary>No agent of this host is connected, so nobody can be asked for a fresh quote.</summary>
    public const string HostNotConnected = Prefix + "host-not-connected";

    /// <summary>The agent was asked and did not answer in time.</summary>
    public const string HostDidNotAnswer = Prefix + "host-did-not-answer";

    /// <summary>No host that the verifier knows runs this VM.</summary>
    public const string VmUnknown = Prefix + "vm-unknown";

    /// <summary>Two hosts claim to run this VM.</summary>
    public const string VmAmbiguous = Prefix + "vm-ambiguous";

    /// <summary>The challenge is not ours, not this host's, or too old.</summary>
    public const string ChallengeRefused = Prefix + "challenge-refused";

    /// <summary>The stored version is another than the one that was edited.</summary>
    public const string VersionConflict = Prefix + "version-conflict";

    /// <summary>The bundle of reference values is not signed.</summary>
    public const string ReferenceUnsigned = Prefix + "reference-unsigned";

    /// <summary>The bundle is signed by a key that is not an allowed signer's, or with an algorithm that is not taken.</summary>
    public const string ReferenceSignerUnknown = Prefix + "reference-signer-unknown";

    /// <summary>The bundle's signature does not hold.</summary>
    public const string ReferenceSignatureInvalid = Prefix + "reference-signature-invalid";

    /// <summary>The bundle is older than the one that is or was in force.</summary>
    public const string ReferenceRolledBack = Prefix + "reference-rolled-back";

    /// <summary>The bundle has the name or the version of another one.</summary>
    public const string ReferenceConflict = Prefix + "reference-conflict";

    /// <summary>The bundle's validity is over.</summary>
    public const string ReferenceExpired = Prefix + "reference-expired";

    /// <summary>What the host measured was not proven; member <c>findings</c> says why.</summary>
    public const string HostNotProven = Prefix + "host-not-proven";

    /// <summary>What the request's Accept takes is nothing that this route answers with.</summary>
    public const string NotAcceptable = Prefix + "not-acceptable";

    /// <summary>The session was answered already, or has no result.</summary>
    public const string SessionState = Prefix + "session-state";
    /// <summary>The verifier's keys cannot be changed so now.</summary>
    public const string KeyRefused = Prefix + "key-refused";

    /// <summary>Our fault.</summary>
    public const string Internal = Prefix + "internal";
}
