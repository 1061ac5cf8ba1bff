namespace Shype.Attest.Tpm.Wire;

/// <summary>Every bound on TPM structures, with its reason. What is over a bound is refused before anything is allocated.</summary>
public static class WireLimits
{
    /// <summary>Bytes of a command or response: TPM_PT_MAX_COMMAND_SIZE of real TPMs is 4,096 (Part 2, 6.13).</summary>
    public const int MaxMessageBytes = 4096;

    /// <summary>Bytes of a digest: SHA-512 (Part 2, 10.4.2 TPM2B_DIGEST).</summary>
    public const int MaxDigestBytes = 64;

    /// <summary>Bytes of TPM2B_DATA: a TPMT_HA of the largest hash (Part 2, 10.4.3).</summary>
    public const int MaxDataBytes = 2 + MaxDigestBytes;

    /// <summary>Bytes of TPM2B_NONCE and TPM2B_AUTH (Part 2, 10.4.4, 10.4.5).</summary>
    public const int MaxNonceBytes = MaxDigestBytes;

    /// <summary>Bytes of TPM2B_NAME: algorithm and digest (Part 2, 10.5.3).</summary>
    public const int MaxNameBytes = 2 + MaxDigestBytes;

    /// <summary>Bank selections in one TPML_PCR_SELECTION: one for each hash a TPM could have; 16 is already absurd (Part 2, 10.9.7).</summary>
    public const int MaxPcrSelections = 16;

    /// <summary>Bytes of a PCR bitmap: 4 is PCR_SELECT_MAX of the reference code, 3 that of the PC Client profile (Part 2, 10.6.1).</summary>
    public const int MaxPcrSelectBytes = 4;

    /// <summary>Digests in one TPML_DIGEST (Part 2, 10.9.5).</summary>
    public const int MaxDigestList = 8;

    /// <summary>Digests in one TPML_DIGEST_VALUES: one for each bank (Part 2, 10.9.6).</summary>
    public const int MaxDigestValues = 16;

    /// <summary>Bytes of an RSA modulus or signature: RSA-4096 (Part 2, 11.2.4.5).</summary>
    public const int MaxRsaBytes = 512;

    /// <summary>Bytes of an ECC coordinate: P-521 (Part 2, 11.2.5.1).</summary>
    public const int MaxEccBytes = 66;

    /// <summary>Bytes of a symmetric key (Part 2, 11.1.8).</summary>
    public const int MaxSymmetricKeyBytes = 32;

    /// <summary>Bytes of a TPMT_PUBLIC: RSA-4096 with policy and header, and room.</summary>
    public const int MaxPublicBytes = 1024;

    /// <summary>Bytes of a TPM2B_PRIVATE, which only the TPM can read (Part 2, 12.3.7).</summary>
    public const int MaxPrivateBytes = 2048;

    /// <summary>Bytes of a TPMS_ATTEST: names, nonce and the largest body.</summary>
    public const int MaxAttestBytes = 2048;

    /// <summary>Bytes of a TPM2B_ENCRYPTED_SECRET: an RSA-4096 block or a point (Part 2, 11.4.33).</summary>
    public const int MaxEncryptedSecretBytes = MaxRsaBytes;

    /// <summary>Bytes of a TPM2B_ID_OBJECT: HMAC and encrypted credential, each sized (Part 2, 12.4.3).</summary>
    public const int MaxIdObjectBytes = 2 * (2 + MaxDigestBytes) + 2;

    /// <summary>Bytes of NV data in one read or write: TPM_PT_NV_BUFFER_MAX of real TPMs is at most 2,048 (Part 2, 6.13).</summary>
    public const int MaxNvBufferBytes = 2048;

    /// <summary>Bytes of a saved context's blob, which only the TPM can read (Part 2, 14.5).</summary>
    public const int MaxContextBytes = 4000;

    /// <summary>Bytes of TPM2B_SENSITIVE_DATA: MAX_SYM_DATA (Part 2, 11.1.14).</summary>
    public const int MaxSensitiveDataBytes = 128;

    /// <summary>Entries in one TPML of capabilities: as many handles as fit in the largest message (Part 2, 10.9).</summary>
    public const int MaxCapabilities = MaxMessageBytes / sizeof(uint);

    /// <summary>Sessions of one command (Part 1, 17.5: three).</summary>
    public const int MaxSessions = 3;
}
