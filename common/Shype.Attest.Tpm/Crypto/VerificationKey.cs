using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>
/// A public key that was imported once and is kept: importing costs more than checking. Safe for use by many threads: OpenSSL and the platform's objects
/// above it only read a public key, and make a context of their own for each check.
/// </summary>
public sealed class VerificationKey : IDisposable
{
    private readonly RSA? _rsa;
    private readonly RSAParameters _rsaNumbers;
    private readonly int _rsaBytes;
    private readonly ECDsa? _ecdsa;
    private readonly int _coordinateBytes;

    private VerificationKey(RSA rsa, RSAParameters numbers, AsymmetricScheme? scheme)
        : this(AlgorithmId.Rsa, scheme)
    {
        _rsa = rsa;
        _rsaNumbers = numbers;
        _rsaBytes = numbers.Modulus!.Length;
    }

    private VerificationKey(ECDsa ecdsa, int coordinateBytes, AsymmetricScheme? scheme)
        : this(AlgorithmId.Ecc, scheme)
    {
        _ecdsa = ecdsa;
        _coordinateBytes = coordinateBytes;
    }

    private VerificationKey(AlgorithmId keyType, AsymmetricScheme? scheme)
    {
        KeyType = keyType;
        if (scheme is { Scheme: not AlgorithmId.Null })
        {
            FixedScheme = scheme.Scheme;
            FixedHash = scheme.Hash;
        }
    }

    /// <summary>TPM_ALG_RSA or TPM_ALG_ECC.</summary>
    public AlgorithmId KeyType { get; }

    /// <summary>The only scheme that the key's public area allows; null for a key that is bound to none, or known only by its numbers.</summary>
    public AlgorithmId? FixedScheme { get; }

    /// <summary>The only hash that the key's public area allows, likewise.</summary>
    public AlgorithmId? FixedHash { get; }

    /// <summary>Imports the key of a public area.</summary>
    public static bool TryCreate(PublicArea area, [NotNullWhen(true)] out VerificationKey? key, [NotNullWhen(false)] out KeyProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(area);
        key = null;
        switch (area.Parameters)
        {
            case RsaParameters parameters:
                return PublicKeyNumbers.TryRsa(parameters, area.Unique, out var rsa, out problem)
                    && TryImport(rsa, parameters.Scheme, out key, out problem);
            case EccParameters parameters:
                var point = area.Unique as EccUnique;
                return PublicKeyNumbers.TryEcc(parameters.Curve, point?.X, point?.Y, out var ecc, out problem)
                    && TryImport(ecc, parameters.Scheme, out key, out problem);
            default:
                problem = new KeyProblem(KeyProblemCode.Type, "a key of this type does not sign in public");
                return false;
        }
    }

    /// <summary>Imports a SubjectPublicKeyInfo.</summary>
    public static bool TryFromSpki(ReadOnlySpan<byte> der, [NotNullWhen(true)] out VerificationKey? key, [NotNullWhen(false)] out KeyProblem? problem)
    {
        key = null;
        if (!SubjectPublicKeyInfo.TryRead(der, out var rsa, out var ecc, out problem))
        {
            return false;
        }

        return rsa is { } numbers ? TryImport(numbers, null, out key, out problem) : TryImport(ecc!.Value, null, out key, out problem);
    }

    /// <summary>Imports the PEM of a SubjectPublicKeyInfo, "BEGIN PUBLIC KEY", with nothing around it.</summary>
    public static bool TryFromPem(string pem, [NotNullWhen(true)] out VerificationKey? key, [NotNullWhen(false)] out KeyProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        var text = pem.AsSpan().Trim();
        if (text.Length > MaxPemCharacters
            || !PemEncoding.TryFind(text, out var fields)
            || !text[fields.Label].SequenceEqual("PUBLIC KEY")
            || fields.Location.GetOffsetAndLength(text.Length) != (0, text.Length))
        {
            key = null;
            problem = new KeyProblem(KeyProblemCode.Encoding, "is not one PEM block \"PUBLIC KEY\"");
            return false;
        }

        var der = new byte[fields.DecodedDataLength];
        return Convert.TryFromBase64Chars(text[fields.Base64Data], der, out var length)
            ? TryFromSpki(der.AsSpan(0, length), out key, out problem)
            : throw new InvalidOperationException("PEM text with Base64 that was found valid before");
    }

    /// <summary>Whether this key made the signature over exactly these bytes, with a scheme and hash that it may use.</summary>
    public SignatureOutcome Verify(ReadOnlySpan<byte> message, Signature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return signature switch
        {
            RsaSignature rsa => _rsa is null ? SignatureOutcome.KeyMismatch : Verify(_rsa, message, rsa),
            EcdsaSignature ecdsa => _ecdsa is null ? SignatureOutcome.KeyMismatch : Verify(_ecdsa, message, ecdsa),
            _ => SignatureOutcome.AlgorithmNotAllowed,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }

    private SignatureOutcome Verify(RSA key, ReadOnlySpan<byte> message, RsaSignature signature)
    {
        if (!IsAllowed(signature.Scheme, signature.Hash))
        {
            return SignatureOutcome.AlgorithmNotAllowed;
        }

        // RFC 8017, 8.1.2 and 8.2.2: first of all the length.
        if (signature.Value.Length != _rsaBytes)
        {
            return SignatureOutcome.Invalid;
        }

        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        digest = digest[..signature.Hash.Hash(message, digest)];
        var name = signature.Hash.ToHashAlgorithmName();
        var valid = signature.Scheme == AlgorithmId.RsaSsa
            ? key.VerifyHash(digest, signature.Value, name, RSASignaturePadding.Pkcs1)
            : key.VerifyHash(digest, signature.Value, name, RSASignaturePadding.Pss)
                || PssMaximumSalt.Verify(_rsaNumbers, digest, signature.Value, signature.Hash);
        return valid ? SignatureOutcome.Valid : SignatureOutcome.Invalid;
    }

    private SignatureOutcome Verify(ECDsa key, ReadOnlySpan<byte> message, EcdsaSignature signature)
    {
        if (!IsAllowed(AlgorithmId.Ecdsa, signature.Hash))
        {
            return SignatureOutcome.AlgorithmNotAllowed;
        }

        Span<byte> both = stackalloc byte[2 * MaxCoordinateBytes];
        both = both[..(2 * _coordinateBytes)];
        if (!TryPad(signature.R, both[.._coordinateBytes]) || !TryPad(signature.S, both[_coordinateBytes..]))
        {
            return SignatureOutcome.Invalid;
        }

        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        digest = digest[..signature.Hash.Hash(message, digest)];
        return key.VerifyHash(digest, both) ? SignatureOutcome.Valid : SignatureOutcome.Invalid;
    }

    private bool IsAllowed(AlgorithmId scheme, AlgorithmId hash) =>
        hash is AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512
        && (FixedScheme is not { } fixedScheme || (fixedScheme == scheme && FixedHash == hash));

    // Not every TPM fills r and s with zeros on the left, and some fill them with more than the curve has.
    private static bool TryPad(ReadOnlySpan<byte> number, Span<byte> padded)
    {
        number = number.TrimStart((byte)0);
        if (number.Length > padded.Length)
        {
            return false;
        }

        padded.Clear();
        number.CopyTo(padded[^number.Length..]);
        return true;
    }

    private static bool TryImport(
        RSAParameters numbers,
        AsymmetricScheme? scheme,
        [NotNullWhen(true)] out VerificationKey? key,
        [NotNullWhen(false)] out KeyProblem? problem)
    {
        key = new VerificationKey(RSA.Create(numbers), numbers, scheme);
        problem = null;
        return true;
    }

    private static bool TryImport(
        ECParameters numbers,
        AsymmetricScheme? scheme,
        [NotNullWhen(true)] out VerificationKey? key,
        [NotNullWhen(false)] out KeyProblem? problem)
    {
        try
        {
            key = new VerificationKey(ECDsa.Create(numbers), numbers.Q.X!.Length, scheme);
            problem = null;
            return true;
        }
        catch (CryptographicException)
        {
            key = null;
            problem = PublicKeyNumbers.PointProblem;
            return false;
        }
    }

    private const int MaxCoordinateBytes = 66;
    private const int MaxPemCharacters = 8192;
}
