using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>
/// A fresh secret for the TPM that holds a key (TPM 2.0 Part 1, annexes B.10 and C.6): "IDENTITY" for credentials, "SECRET" for the salt of a session.
/// </summary>
public static class SecretSharing
{
    /// <summary>Makes a secret as long as the key's nameAlg, and the contents of its TPM2B_ENCRYPTED_SECRET.</summary>
    /// <exception cref="ArgumentException">The key cannot receive secrets; <see cref="TryMake"/> says why without throwing.</exception>
    public static (byte[] Secret, byte[] Encrypted) Make(PublicArea key, string label) =>
        TryMake(key, label, out var secret, out var encrypted, out var problem)
            ? (secret, encrypted)
            : throw new ArgumentException(problem.Problem, nameof(key));

    /// <summary>Makes a secret as long as the key's nameAlg, and the contents of its TPM2B_ENCRYPTED_SECRET.</summary>
    public static bool TryMake(
        PublicArea key,
        string label,
        [NotNullWhen(true)] out byte[]? secret,
        [NotNullWhen(true)] out byte[]? encrypted,
        [NotNullWhen(false)] out KeyProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(label);
        secret = null;
        encrypted = null;
        if (key.NameAlgorithm is not (AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512))
        {
            problem = new KeyProblem(KeyProblemCode.Protection, $"the key's nameAlg, {key.NameAlgorithm.ToText()}, is not SHA-256, SHA-384 or SHA-512");
            return false;
        }

        switch (key.Parameters)
        {
            case RsaParameters parameters:
                return PublicKeyNumbers.TryRsa(parameters, key.Unique, out var rsa, out problem)
                    && TryByOaep(rsa, parameters.Scheme, key.NameAlgorithm, label, out secret, out encrypted, out problem);
            case EccParameters parameters:
                var point = key.Unique as EccUnique;
                return PublicKeyNumbers.TryEcc(parameters.Curve, point?.X, point?.Y, out var ecc, out problem)
                    && TryByEcdh(ecc, key.NameAlgorithm, label, out secret, out encrypted, out problem);
            default:
                problem = new KeyProblem(KeyProblemCode.Type, "a key of this type cannot be encrypted to");
                return false;
        }
    }

    // The hash is the scheme's, and nameAlg where there is none (B.4).
    private static bool TryByOaep(
        RSAParameters key,
        AsymmetricScheme scheme,
        AlgorithmId nameAlgorithm,
        string label,
        out byte[]? secret,
        out byte[]? encrypted,
        [NotNullWhen(false)] out KeyProblem? problem)
    {
        var hash = scheme.Scheme switch
        {
            AlgorithmId.Null => nameAlgorithm,
            AlgorithmId.Oaep when scheme.Hash.IsHash() => scheme.Hash,
            _ => AlgorithmId.Error,
        };
        if (hash == AlgorithmId.Error)
        {
            (secret, encrypted) = (null, null);
            problem = new KeyProblem(KeyProblemCode.Protection, "the key's scheme is neither OAEP nor none");
            return false;
        }

        secret = RandomNumberGenerator.GetBytes(nameAlgorithm.DigestSize());
        encrypted = OaepEncryption.Encrypt(key, hash, Encoding.ASCII.GetBytes(label + "\0"), secret);
        problem = null;
        return true;
    }

    private static bool TryByEcdh(
        ECParameters key,
        AlgorithmId nameAlgorithm,
        string label,
        out byte[]? secret,
        out byte[]? encrypted,
        [NotNullWhen(false)] out KeyProblem? problem)
    {
        try
        {
            using var theirs = ECDiffieHellman.Create(key);
            using var ours = ECDiffieHellman.Create(key.Curve);
            using var theirPublic = theirs.PublicKey;
            var ephemeral = ours.ExportParameters(includePrivateParameters: false).Q;
            var z = ours.DeriveRawSecretAgreement(theirPublic);
            secret = Kdf.KdfE(nameAlgorithm, z, label, ephemeral.X, key.Q.X, nameAlgorithm.DigestSize() * 8);
            CryptographicOperations.ZeroMemory(z);
            var writer = new TpmWriter(stackalloc byte[2 * (sizeof(ushort) + WireLimits.MaxEccBytes)]);
            writer.WriteSized(ephemeral.X);
            writer.WriteSized(ephemeral.Y);
            encrypted = writer.ToArray();
            problem = null;
            return true;
        }
        catch (CryptographicException)
        {
            (secret, encrypted) = (null, null);
            problem = PublicKeyNumbers.PointProblem;
            return false;
        }
    }
}
