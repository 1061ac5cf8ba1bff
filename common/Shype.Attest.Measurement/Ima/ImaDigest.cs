using System.Text;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>The digest of a file as an entry holds it.</summary>
/// <param name="Hash">The kernel's name of the hash, "sha256"; empty where the field does not say it.</param>
/// <param name="IsVerity">Whether it is the digest that fs-verity keeps, not that of the bytes.</param>
/// <param name="Value">The digest.</param>
public readonly record struct ImaDigest(string Hash, bool IsVerity, ReadOnlyMemory<byte> Value)
{
    /// <summary>The TPM's number of the hash; <see cref="AlgorithmId.Error"/> where it has none here.</summary>
    public AlgorithmId Algorithm => Hash switch
    {
        "sha1" => AlgorithmId.Sha1,
        "sha256" => AlgorithmId.Sha256,
        "sha384" => AlgorithmId.Sha384,
        "sha512" => AlgorithmId.Sha512,
        "sha3-256" => AlgorithmId.Sha3_256,
        "sha3-384" => AlgorithmId.Sha3_384,
        "sha3-512" => AlgorithmId.Sha3_512,
        "sm3" => AlgorithmId.Sm3,
        _ => AlgorithmId.Error,
    };

    /// <summary>Whether the digest is one of zeros: of a violation, or of a boot that found no TPM.</summary>
    public bool IsZero => !Value.Span.ContainsAnyExcept((byte)0);

    /// <inheritdoc/>
    public override string ToString() => $"{(IsVerity ? "verity:" : "")}{(Hash.Length > 0 ? Hash : Value.Length == 16 ? "md5" : "sha1")}:{Convert.ToHexStringLower(Value.Span)}";

    /// <summary>Bytes of a digest by the kernel's name of the hash (crypto/hash_info.c); 0 for a name that is not known here.</summary>
    public static int SizeOf(ReadOnlySpan<char> hash) => hash switch
    {
        "md4" or "md5" or "rmd128" or "tgr128" => 16,
        "sha1" or "rmd160" or "tgr160" => 20,
        "tgr192" => 24,
        "sha224" => 28,
        "sha256" or "sha3-256" or "sm3" or "rmd256" or "wp256" or "streebog256" => 32,
        "rmd320" => 40,
        "sha384" or "sha3-384" or "wp384" => 48,
        "sha512" or "sha3-512" or "wp512" or "streebog512" => 64,
        _ => 0,
    };

    /// <summary>Reads a field; a hash that is not known keeps its name, and a size that does not fit it is refused.</summary>
    internal static bool TryRead(ImaField field, ReadOnlyMemory<byte> data, out ImaDigest digest)
    {
        digest = default;
        if (field == ImaField.Digest)
        {
            digest = new ImaDigest("", false, data);
            return data.Length is 16 or 20;
        }

        var bytes = data.Span;
        var isVerity = false;
        if (field == ImaField.DigestNgV2)
        {
            isVerity = bytes.StartsWith("verity:"u8);
            var kind = isVerity ? 7 : bytes.StartsWith("ima:"u8) ? 4 : 0;
            if (kind == 0)
            {
                return false;
            }

            data = data[kind..];
            bytes = data.Span;
        }

        // "sha256:" and a NUL, then the digest.
        var colon = bytes.IndexOf((byte)':');
        if (colon is < 1 or > MaxHashName || colon + 2 > bytes.Length || bytes[colon + 1] != 0)
        {
            return false;
        }

        var value = data[(colon + 2)..];
        digest = new ImaDigest(NameOf(bytes[..colon]), isVerity, value);
        return SizeOf(digest.Hash) is 0 || SizeOf(digest.Hash) == value.Length;
    }

    // No string of its own for each of a million entries.
    private static string NameOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("sha256"u8) ? "sha256"
        : name.SequenceEqual("sha1"u8) ? "sha1"
        : name.SequenceEqual("sha512"u8) ? "sha512"
        : name.SequenceEqual("sha384"u8) ? "sha384"
        : Encoding.Latin1.GetString(name);

    private const int MaxHashName = 16;
}
