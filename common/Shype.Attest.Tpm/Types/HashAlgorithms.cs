using System.Globalization;
using System.Security.Cryptography;

namespace Shype.Attest.Tpm.Types;

/// <summary>The hashes of TPMI_ALG_HASH that can be computed here: SHA-1 (for logs and banks of the past), SHA-2, SHA-3.</summary>
public static class HashAlgorithms
{
    /// <summary>Bytes of a digest; 0 for what is not a hash known here.</summary>
    public static int DigestSize(this AlgorithmId algorithm) => algorithm switch
    {
        AlgorithmId.Sha1 => 20,
        AlgorithmId.Sha256 or AlgorithmId.Sha3_256 => 32,
        AlgorithmId.Sha384 or AlgorithmId.Sha3_384 => 48,
        AlgorithmId.Sha512 or AlgorithmId.Sha3_512 => 64,
        _ => 0,
    };

    /// <summary>Whether this is a hash known here.</summary>
    public static bool IsHash(this AlgorithmId algorithm) => algorithm.DigestSize() != 0;

    /// <summary>The name that people and tpm2-tools use, "sha256"; the number in hex for what is not a hash known here.</summary>
    public static string ToText(this AlgorithmId algorithm) => algorithm switch
    {
        AlgorithmId.Sha1 => "sha1",
        AlgorithmId.Sha256 => "sha256",
        AlgorithmId.Sha384 => "sha384",
        AlgorithmId.Sha512 => "sha512",
        AlgorithmId.Sha3_256 => "sha3_256",
        AlgorithmId.Sha3_384 => "sha3_384",
        AlgorithmId.Sha3_512 => "sha3_512",
        _ => "0x" + ((ushort)algorithm).ToString("x4", CultureInfo.InvariantCulture),
    };

    /// <summary>Reads a name as <see cref="ToText"/> writes it.</summary>
    public static bool TryParseText(string? text, out AlgorithmId algorithm)
    {
        algorithm = text switch
        {
            "sha1" => AlgorithmId.Sha1,
            "sha256" => AlgorithmId.Sha256,
            "sha384" => AlgorithmId.Sha384,
            "sha512" => AlgorithmId.Sha512,
            "sha3_256" => AlgorithmId.Sha3_256,
            "sha3_384" => AlgorithmId.Sha3_384,
            "sha3_512" => AlgorithmId.Sha3_512,
            _ => AlgorithmId.Error,
        };
        return algorithm != AlgorithmId.Error;
    }

    /// <summary>The digest of <paramref name="data"/>.</summary>
    public static byte[] Hash(this AlgorithmId algorithm, ReadOnlySpan<byte> data)
    {
        var digest = new byte[algorithm.DigestSize()];
        algorithm.Hash(data, digest);
        return digest;
    }

    /// <summary>Writes the digest of <paramref name="data"/>, which may overlap it, and returns its size.</summary>
    public static int Hash(this AlgorithmId algorithm, ReadOnlySpan<byte> data, Span<byte> destination) => algorithm switch
    {
        // The hot path: no lookup by name.
        AlgorithmId.Sha256 => SHA256.HashData(data, destination),
        AlgorithmId.Sha384 => SHA384.HashData(data, destination),
        _ => CryptographicOperations.HashData(algorithm.ToHashAlgorithmName(), data, destination),
    };

    /// <summary>A hash over data that comes in parts.</summary>
    public static IncrementalHash CreateIncremental(this AlgorithmId algorithm) => IncrementalHash.CreateHash(algorithm.ToHashAlgorithmName());

    /// <summary>The platform's name of the hash.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a hash known here.</exception>
    public static HashAlgorithmName ToHashAlgorithmName(this AlgorithmId algorithm) => algorithm switch
    {
        AlgorithmId.Sha1 => HashAlgorithmName.SHA1,
        AlgorithmId.Sha256 => HashAlgorithmName.SHA256,
        AlgorithmId.Sha384 => HashAlgorithmName.SHA384,
        AlgorithmId.Sha512 => HashAlgorithmName.SHA512,
        AlgorithmId.Sha3_256 => HashAlgorithmName.SHA3_256,
        AlgorithmId.Sha3_384 => HashAlgorithmName.SHA3_384,
        AlgorithmId.Sha3_512 => HashAlgorithmName.SHA3_512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm.ToText(), "is not a hash known here"),
    };
}
