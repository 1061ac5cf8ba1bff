namespace Shype.Attest.Protocol;

/// <summary>Every bound on what crosses the network. A message over a limit is refused with the limit's name.</summary>
public static class ProtocolLimits
{
    /// <summary>Bytes of one evidence message: a large firmware log and a long record suffix fit, a flood does not.</summary>
    public const int MaxEvidenceBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of one piece of a log that is brought before its evidence.</summary>
    public const int MaxLogPieceBytes = 1024 * 1024;

    /// <summary>Records in one log suffix.</summary>
    public const int MaxLogRecords = 1_000_000;

    /// <summary>Bytes of one log record.</summary>
    public const int MaxRecordBytes = 64 * 1024;

    /// <summary>Nesting of CMW collections (draft-ietf-rats-msg-wrap: "limit depth").</summary>
    public const int MaxCmwDepth = 8;

    /// <summary>Entries of one CMW collection.</summary>
    public const int MaxCmwEntries = 128;

    /// <summary>Bytes of a CMW label or media type.</summary>
    public const int MaxCmwTextBytes = 256;

    /// <summary>Bytes of a TPMS_ATTEST: the structure's own maximum is far below.</summary>
    public const int MaxAttestBytes = 4096;

    /// <summary>Bytes of a TPMT_SIGNATURE: RSA-4096 with its header, and room.</summary>
    public const int MaxSignatureBytes = 1024;

    /// <summary>Bytes of a TPM name: algorithm and a SHA-512 digest.</summary>
    public const int MaxNameBytes = 66;

    /// <summary>Bytes of an isolation policy file.</summary>
    public const int MaxPolicyBytes = 1024 * 1024;

    /// <summary>PCR values shown beside a quote: 24 in each of four banks.</summary>
    public const int MaxPcrValues = 96;

    /// <summary>Bytes of a JSON request body (enrolment, activation, an attestation request).</summary>
    public const int MaxJsonBytes = 128 * 1024;

    /// <summary>EK certificates in one enrolment: RSA and ECC, each with a short chain.</summary>
    public const int MaxEkCertificates = 8;

    /// <summary>Certificates of the attestation key in one enrolment: its own and a short chain.</summary>
    public const int MaxAkCertificates = 6;

    /// <summary>Bytes of one EK certificate as read from NV, padding included.</summary>
    public const int MaxEkCertificateBytes = 8192;

    /// <summary>Bytes of a TPM2B_PUBLIC.</summary>
    public const int MaxPublicBytes = 2048;

    /// <summary>Characters of a host or VM name.</summary>
    public const int MaxNameCharacters = 128;

    /// <summary>Known policies that a challenge lists.</summary>
    public const int MaxKnownPolicies = 256;

    /// <summary>Banks, and with them PCR requests, of one challenge.</summary>
    public const int MaxPcrRequests = 4;

    /// <summary>Smallest nonce of a relying party in bytes (RFC 9711, eat_nonce).</summary>
    public const int MinNonceBytes = 8;

    /// <summary>Largest nonce of a relying party in bytes (RFC 9711, eat_nonce).</summary>
    public const int MaxNonceBytes = 64;

    /// <summary>Demands of one attestation request.</summary>
    public const int MaxDemands = 64;

    /// <summary>Labels of one list in an attestation request.</summary>
    public const int MaxDemandLabels = 64;
    /// <summary>Bytes of one offline bundle, and of the answer that carries it.</summary>
    public const int MaxBundleBytes = 256 * 1024 * 1024;

    /// <summary>Bytes of a host's logs since its boot that are kept for its bundle: half a million records of an ordinary size.</summary>
    public const int MaxBundleLogBytes = 64 * 1024 * 1024;

    /// <summary>Signed bundles of reference values in an offline bundle.</summary>
    public const int MaxBundleReferences = 256;

    /// <summary>Bytes of all of them together.</summary>
    public const int MaxBundleReferenceBytes = 32 * 1024 * 1024;

    /// <summary>Bytes of why one of them was taken back.</summary>
    public const int MaxBundleTextBytes = 1024;

    /// <summary>Isolation policies in one bundle: those of one boot.</summary>
    public const int MaxBundlePolicies = 64;

    /// <summary>Bytes of a small part of a bundle: its context, its key set, its appraisal policy.</summary>
    public const int MaxBundlePartBytes = 1024 * 1024;

    /// <summary>Bytes of one line of an audit export: a decision with all its findings fits.</summary>
    public const int MaxAuditLineBytes = 1024 * 1024;

    /// <summary>Characters of a result token: a host with thousands of VMs fits.</summary>
    public const int MaxTokenCharacters = 8 * 1024 * 1024;
}
