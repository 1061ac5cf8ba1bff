namespace Shype.Attest.Tpm.Types;

/// <summary>
/// Templates for TPM2_CreatePrimary and TPM2_Create: endorsement keys (TCG EK Credential Profile, annex B), storage root keys (TCG TPM 2.0 Provisioning
/// Guidance, 7.5.1), and attestation keys.
/// </summary>
public static class KeyTemplates
{
    /// <summary>Template L-1: RSA-2048, SHA-256, AES-128.</summary>
    public static PublicArea EkRsa2048 { get; } = LowRange(
        AlgorithmId.Rsa,
        Rsa(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None),
        new BytesUnique(new byte[256]));

    /// <summary>Template L-2: P-256, SHA-256, AES-128.</summary>
    public static PublicArea EkEccP256 { get; } = LowRange(
        AlgorithmId.Ecc,
        Ecc(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None, EccCurve.NistP256),
        new EccUnique(new byte[32], new byte[32]));

    /// <summary>The storage root key of RSA-2048.</summary>
    public static PublicArea SrkRsa2048 { get; } = Storage(
        AlgorithmId.Rsa,
        Rsa(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None),
        new BytesUnique(new byte[256]));

    /// <summary>The storage root key of P-256.</summary>
    public static PublicArea SrkEccP256 { get; } = Storage(
        AlgorithmId.Ecc,
        Ecc(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None, EccCurve.NistP256),
        new EccUnique(new byte[32], new byte[32]));

    /// <summary>An attestation key: RSA-2048, RSASSA with SHA-256.</summary>
    public static PublicArea AkRsaSsa2048 { get; } = Attestation(
        AlgorithmId.Rsa,
        AlgorithmId.Sha256,
        Rsa(SymmetricDefinition.None, new(AlgorithmId.RsaSsa, AlgorithmId.Sha256)));

    /// <summary>An attestation key: RSA-2048, RSAPSS with SHA-256.</summary>
    public static PublicArea AkRsaPss2048 { get; } = Attestation(
        AlgorithmId.Rsa,
        AlgorithmId.Sha256,
        Rsa(SymmetricDefinition.None, new(AlgorithmId.RsaPss, AlgorithmId.Sha256)));

    /// <summary>An attestation key: P-256, ECDSA with SHA-256.</summary>
    public static PublicArea AkEcdsaP256 { get; } = Attestation(
        AlgorithmId.Ecc,
        AlgorithmId.Sha256,
        Ecc(SymmetricDefinition.None, new(AlgorithmId.Ecdsa, AlgorithmId.Sha256), EccCurve.NistP256));

    /// <summary>An attestation key: P-384, ECDSA with SHA-384.</summary>
    public static PublicArea AkEcdsaP384 { get; } = Attestation(
        AlgorithmId.Ecc,
        AlgorithmId.Sha384,
        Ecc(SymmetricDefinition.None, new(AlgorithmId.Ecdsa, AlgorithmId.Sha384), EccCurve.NistP384));

    /// <summary>
    /// Whether a public area is that of an endorsement key: everything but the key itself equals a template of the EK Credential Profile, L-1, L-2, H-1 to H-4,
    /// H-6 or H-7. Such a key decrypts only what a TPM protected, so it is no oracle.
    /// </summary>
    public static bool IsEkTemplate(PublicArea ek)
    {
        ArgumentNullException.ThrowIfNull(ek);
        foreach (var template in EndorsementTemplates)
        {
            if (ek.Equals(template with { Unique = ek.Unique }))
            {
                return true;
            }
        }

        return false;
    }

    private static PublicArea LowRange(AlgorithmId type, PublicParameters parameters, PublicUnique unique) =>
        new(type, AlgorithmId.Sha256, Endorsement, PolicyASha256.ToArray(), parameters, unique);

    private static PublicArea HighRange(AlgorithmId type, AlgorithmId nameAlgorithm, ReadOnlySpan<byte> policy, PublicParameters parameters) =>
        new(type, nameAlgorithm, Endorsement | ObjectAttributes.UserWithAuth, policy.ToArray(), parameters, NoUnique(type));

    private static PublicArea Storage(AlgorithmId type, PublicParameters parameters, PublicUnique unique) => new(
        type,
        AlgorithmId.Sha256,
        MadeHere | ObjectAttributes.UserWithAuth | ObjectAttributes.NoDa | ObjectAttributes.Restricted | ObjectAttributes.Decrypt,
        [],
        parameters,
        unique);

    // noDA: with an empty password there is nothing to guess, and a TPM in lockout still quotes.
    private static PublicArea Attestation(AlgorithmId type, AlgorithmId nameAlgorithm, PublicParameters parameters) => new(
        type,
        nameAlgorithm,
        MadeHere | ObjectAttributes.UserWithAuth | ObjectAttributes.NoDa | ObjectAttributes.Restricted | ObjectAttributes.Sign,
        [],
        parameters,
        NoUnique(type));

    private static RsaParameters Rsa(SymmetricDefinition symmetric, AsymmetricScheme scheme, ushort bits = 2048) => new(symmetric, scheme, bits, 0);

    private static EccParameters Ecc(SymmetricDefinition symmetric, AsymmetricScheme scheme, EccCurve curve) =>
        new(symmetric, scheme, curve, AsymmetricScheme.None);

    private static PublicUnique NoUnique(AlgorithmId type) => type == AlgorithmId.Rsa ? new BytesUnique([]) : new EccUnique([], []);

    private const ObjectAttributes MadeHere = ObjectAttributes.FixedTpm | ObjectAttributes.FixedParent | ObjectAttributes.SensitiveDataOrigin;

    private const ObjectAttributes Endorsement = MadeHere | ObjectAttributes.AdminWithPolicy | ObjectAttributes.Restricted | ObjectAttributes.Decrypt;

    /// <summary>PolicyA: TPM2_PolicySecret(TPM_RH_ENDORSEMENT).</summary>
    private static ReadOnlySpan<byte> PolicyASha256 =>
    [
        0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24,
        0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa,
    ];

    /// <summary>PolicyB: PolicyA or what the owner wrote to NV index 0x01C07F01.</summary>
    private static ReadOnlySpan<byte> PolicyBSha256 =>
    [
        0xca, 0x3d, 0x0a, 0x99, 0xa2, 0xb9, 0x39, 0x06, 0xf7, 0xa3, 0x34, 0x24, 0x14, 0xef, 0xcf, 0xb3,
        0xa3, 0x85, 0xd4, 0x4c, 0xd1, 0xfd, 0x45, 0x90, 0x89, 0xd1, 0x9b, 0x50, 0x71, 0xc0, 0xb7, 0xa0,
    ];

    private static ReadOnlySpan<byte> PolicyBSha384 =>
    [
        0xb2, 0x6e, 0x7d, 0x28, 0xd1, 0x1a, 0x50, 0xbc, 0x53, 0xd8, 0x82, 0xbc, 0xf5, 0xfd, 0x3a, 0x1a,
        0x07, 0x41, 0x48, 0xbb, 0x35, 0xd3, 0xb4, 0xe4, 0xcb, 0x1c, 0x0a, 0xd9, 0xbd, 0xe4, 0x19, 0xca,
        0xcb, 0x47, 0xba, 0x09, 0x69, 0x96, 0x46, 0x15, 0x0f, 0x9f, 0xc0, 0x00, 0xf3, 0xf8, 0x0e, 0x12,
    ];

    private static ReadOnlySpan<byte> PolicyBSha512 =>
    [
        0xb8, 0x22, 0x1c, 0xa6, 0x9e, 0x85, 0x50, 0xa4, 0x91, 0x4d, 0xe3, 0xfa, 0xa6, 0xa1, 0x8c, 0x07,
        0x2c, 0xc0, 0x12, 0x08, 0x07, 0x3a, 0x92, 0x8d, 0x5d, 0x66, 0xd5, 0x9e, 0xf7, 0x9e, 0x49, 0xa4,
        0x29, 0xc4, 0x1a, 0x6b, 0x26, 0x95, 0x71, 0xd5, 0x7e, 0xdb, 0x25, 0xfb, 0xdb, 0x18, 0x38, 0x42,
        0x56, 0x08, 0xb4, 0x13, 0xcd, 0x61, 0x6a, 0x5f, 0x6d, 0xb5, 0xb6, 0x07, 0x1a, 0xf9, 0x9b, 0xea,
    ];

    private static readonly PublicArea[] EndorsementTemplates =
    [
        EkRsa2048,
        EkEccP256,
        HighRange(AlgorithmId.Rsa, AlgorithmId.Sha256, PolicyBSha256, Rsa(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None)),
        HighRange(AlgorithmId.Ecc, AlgorithmId.Sha256, PolicyBSha256, Ecc(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None, EccCurve.NistP256)),
        HighRange(AlgorithmId.Ecc, AlgorithmId.Sha384, PolicyBSha384, Ecc(SymmetricDefinition.Aes256Cfb, AsymmetricScheme.None, EccCurve.NistP384)),
        HighRange(AlgorithmId.Ecc, AlgorithmId.Sha512, PolicyBSha512, Ecc(SymmetricDefinition.Aes256Cfb, AsymmetricScheme.None, EccCurve.NistP521)),
        HighRange(AlgorithmId.Rsa, AlgorithmId.Sha384, PolicyBSha384, Rsa(SymmetricDefinition.Aes256Cfb, AsymmetricScheme.None, 3072)),
        HighRange(AlgorithmId.Rsa, AlgorithmId.Sha384, PolicyBSha384, Rsa(SymmetricDefinition.Aes256Cfb, AsymmetricScheme.None, 4096)),
    ];
}
