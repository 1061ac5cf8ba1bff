namespace Shype.Attest.Tpm.Types;

/// <summary>TPMA_OBJECT (TPM 2.0 Part 2, 8.3): what a key may do and where it may go. Every bit that is not here is reserved and zero.</summary>
[Flags]
public enum ObjectAttributes : uint
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>fixedTPM: cannot leave this TPM.</summary>
    FixedTpm = 0x2,

    /// <summary>stClear: a saved context does not outlive a TPM Restart.</summary>
    StClear = 0x4,

    /// <summary>fixedParent: cannot get another parent.</summary>
    FixedParent = 0x10,

    /// <summary>sensitiveDataOrigin: the TPM made the secret part.</summary>
    SensitiveDataOrigin = 0x20,

    /// <summary>userWithAuth: a password or HMAC is enough for the USER role.</summary>
    UserWithAuth = 0x40,

    /// <summary>adminWithPolicy: the ADMIN role needs the policy.</summary>
    AdminWithPolicy = 0x80,

    /// <summary>firmwareLimited: only with this firmware (since version 1.83).</summary>
    FirmwareLimited = 0x100,

    /// <summary>svnLimited: only with this security version or a later one (since version 1.83).</summary>
    SvnLimited = 0x200,

    /// <summary>noDA: no dictionary-attack protection.</summary>
    NoDa = 0x400,

    /// <summary>encryptedDuplication.</summary>
    EncryptedDuplication = 0x800,

    /// <summary>restricted: signs only what the TPM made, decrypts only what the TPM understands.</summary>
    Restricted = 0x1_0000,

    /// <summary>decrypt.</summary>
    Decrypt = 0x2_0000,

    /// <summary>sign, or encrypt of a symmetric key.</summary>
    Sign = 0x4_0000,

    /// <summary>x509sign.</summary>
    X509Sign = 0x8_0000,
}
