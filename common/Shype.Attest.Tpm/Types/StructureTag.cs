namespace Shype.Attest.Tpm.Types;

/// <summary>TPM_ST (TPM 2.0 Part 2, 6.9): what a message, attestation or ticket is.</summary>
public enum StructureTag : ushort
{
    /// <summary>TPM_ST_NO_SESSIONS.</summary>
    NoSessions = 0x8001,

    /// <summary>TPM_ST_SESSIONS.</summary>
    Sessions = 0x8002,

    /// <summary>TPM_ST_ATTEST_NV.</summary>
    AttestNv = 0x8014,

    /// <summary>TPM_ST_ATTEST_COMMAND_AUDIT.</summary>
    AttestCommandAudit = 0x8015,

    /// <summary>TPM_ST_ATTEST_SESSION_AUDIT.</summary>
    AttestSessionAudit = 0x8016,

    /// <summary>TPM_ST_ATTEST_CERTIFY.</summary>
    AttestCertify = 0x8017,

    /// <summary>TPM_ST_ATTEST_QUOTE.</summary>
    AttestQuote = 0x8018,

    /// <summary>TPM_ST_ATTEST_TIME.</summary>
    AttestTime = 0x8019,

    /// <summary>TPM_ST_ATTEST_CREATION.</summary>
    AttestCreation = 0x801a,

    /// <summary>TPM_ST_ATTEST_NV_DIGEST.</summary>
    AttestNvDigest = 0x801c,

    /// <summary>TPM_ST_CREATION.</summary>
    Creation = 0x8021,

    /// <summary>TPM_ST_VERIFIED.</summary>
    Verified = 0x8022,

    /// <summary>TPM_ST_AUTH_SECRET.</summary>
    AuthSecret = 0x8023,

    /// <summary>TPM_ST_HASHCHECK.</summary>
    HashCheck = 0x8024,

    /// <summary>TPM_ST_AUTH_SIGNED.</summary>
    AuthSigned = 0x8025,
}
