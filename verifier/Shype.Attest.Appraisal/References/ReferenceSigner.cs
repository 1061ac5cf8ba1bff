using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Shype.Attest.Appraisal.References;

/// <summary>A key that may sign bundles of references.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="KeyId">SHA-256 (hex) of the key's SubjectPublicKeyInfo.</param>
/// <param name="PublicKey">The key, a SubjectPublicKeyInfo in DER (RFC 5280 4.1.2.7).</param>
public sealed record ReferenceSigner(string Name, string KeyId, ReadOnlyMemory<byte> PublicKey)
{
    /// <summary>A signer with a key of a kind that is taken, PEM or DER; or what is wrong with it.</summary>
    public static bool TryCreate(string name, ReadOnlySpan<byte> publicKey, [NotNullWhen(true)] out ReferenceSigner? signer, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(name);
        signer = null;
        problem = BundleName.Problem(name) is { } wrong ? $"the name '{name}' cannot be used: {wrong}" : null;
        if (problem is not null || !TryReadKey(publicKey, out var key, out problem))
        {
            return false;
        }

        using (key)
        {
            var der = key.ExportSubjectPublicKeyInfo();
            problem = CoseAlgorithm.Of(key) is null ? "a key on P-256, P-384 or P-521, or an RSA key of 2048 to 8192 bits is needed" : null;
            signer = problem is null ? new(name, Convert.ToHexStringLower(SHA256.HashData(der)), der) : null;
            return signer is not null;
        }
    }

    /// <summary>The key; the caller disposes it.</summary>
    internal AsymmetricAlgorithm ImportKey() =>
        TryReadKey(PublicKey.Span, out var key, out var problem) ? key : throw new CryptographicException(problem);

    private static bool TryReadKey(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out AsymmetricAlgorithm? key, [NotNullWhen(false)] out string? problem)
    {
        (key, problem) = (null, "it is no public key: a SubjectPublicKeyInfo is needed, PEM or DER, as 'openssl pkey -pubout' writes it");
        var start = bytes.IndexOf("-----BEGIN "u8);
        if (bytes.Length > MaxKeyBytes || (start >= 0 && !bytes[start..].StartsWith("-----BEGIN PUBLIC KEY-----"u8)))
        {
            return false;
        }

        var der = start < 0 ? bytes.ToArray() : FromPem(bytes[start..]);
        if (der is null)
        {
            return false;
        }

        foreach (var candidate in (AsymmetricAlgorithm[])[ECDsa.Create(), RSA.Create()])
        {
            if (key is null && TryImport(candidate, der))
            {
                (key, problem) = (candidate, null);
            }
            else
            {
                candidate.Dispose();
            }
        }

        return key is not null;
    }

    private static bool TryImport(AsymmetricAlgorithm key, byte[] der)
    {
        try
        {
            key.ImportSubjectPublicKeyInfo(der, out var read);
            return read == der.Length;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[]? FromPem(ReadOnlySpan<byte> pem)
    {
        var text = System.Text.Encoding.Latin1.GetString(pem);
        return PemEncoding.TryFind(text, out var fields) ? Convert.FromBase64String(text[fields.Base64Data]) : null;
    }

    private const int MaxKeyBytes = 16 * 1024;
}
