using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>A credential as TPM2_ActivateCredential takes it.</summary>
/// <param name="IdObject">The TPM2B_ID_OBJECT, with its size.</param>
/// <param name="EncryptedSecret">The TPM2B_ENCRYPTED_SECRET, with its size.</param>
public sealed record Credential(byte[] IdObject, byte[] EncryptedSecret);

/// <summary>
/// TPM2_MakeCredential in software (TPM 2.0 Part 1, 24): a secret that only the TPM with this endorsement key can open, and only while a key of this name is in
/// it. Hash and cipher are the endorsement key's, never the other key's.
/// </summary>
public static class CredentialMaker
{
    /// <summary>Makes a credential.</summary>
    /// <exception cref="ArgumentException">The key cannot receive secrets; <see cref="TryMake"/> says why without throwing.</exception>
    public static Credential Make(PublicArea ek, TpmName name, ReadOnlySpan<byte> secret) =>
        TryMake(ek, name, secret, out var credential, out var problem) ? credential : throw new ArgumentException(problem.Problem, nameof(ek));

    /// <summary>Makes a credential, or says why this key cannot get one.</summary>
    public static bool TryMake(
        PublicArea ek,
        TpmName name,
        ReadOnlySpan<byte> secret,
        [NotNullWhen(true)] out Credential? credential,
        [NotNullWhen(false)] out KeyProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(ek);
        ArgumentNullException.ThrowIfNull(name);
        credential = null;
        if (Cipher(ek.Parameters) is not { Algorithm: AlgorithmId.Aes, Mode: AlgorithmId.Cfb, KeyBits: 128 or 192 or 256 } cipher)
        {
            problem = new KeyProblem(KeyProblemCode.Protection, "the key's cipher is not AES in CFB mode");
            return false;
        }

        if (!SecretSharing.TryMake(ek, "IDENTITY", out var seed, out var encryptedSeed, out problem))
        {
            return false;
        }

        var hash = ek.NameAlgorithm;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, hash.DigestSize(), nameof(secret));
        var key = Kdf.KdfA(hash, seed, "STORAGE", name.Bytes.Span, [], cipher.KeyBits);
        var macKey = Kdf.KdfA(hash, seed, "INTEGRITY", [], [], hash.DigestSize() * 8);
        credential = new Credential(TpmWire.ToSizedBytes(Protect(hash, key, macKey, name, secret)), Sized(encryptedSeed));
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(macKey);
        return true;
    }

    // Part 1, 24.4 and 24.5: encrypt the TPM2B of the secret, then HMAC what came of it with the name.
    private static IdObject Protect(AlgorithmId hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> macKey, TpmName name, ReadOnlySpan<byte> secret)
    {
        var identity = Sized(secret);
        AesCfb.Encrypt(key, stackalloc byte[16], identity);
        using var mac = IncrementalHash.CreateHMAC(hash.ToHashAlgorithmName(), macKey);
        mac.AppendData(identity);
        mac.AppendData(name.Bytes.Span);
        return new IdObject(mac.GetHashAndReset(), identity);
    }

    private static SymmetricDefinition? Cipher(PublicParameters parameters) => parameters switch
    {
        RsaParameters rsa => rsa.Symmetric,
        EccParameters ecc => ecc.Symmetric,
        _ => null,
    };

    private static byte[] Sized(ReadOnlySpan<byte> contents)
    {
        var sized = new byte[sizeof(ushort) + contents.Length];
        BinaryPrimitives.WriteUInt16BigEndian(sized, (ushort)contents.Length);
        contents.CopyTo(sized.AsSpan(sizeof(ushort)));
        return sized;
    }
}
