using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// A file's signature: the extended attribute security.ima with its header (struct signature_v2_hdr): type, version, hash, the last four bytes of the key's id,
/// size. Version 2 signs the digest of the file, version 3 a digest that also says what kind it is (fs-verity).
/// </summary>
public sealed class ImaSignature
{
    private readonly ReadOnlyMemory<byte> _value;

    private ImaSignature(byte version, AlgorithmId hash, uint keyId, ReadOnlyMemory<byte> value) =>
        (Version, Hash, KeyId, _value) = (version, hash, keyId, value);

    /// <summary>2 or 3.</summary>
    public int Version { get; }

    /// <summary>The hash; <see cref="AlgorithmId.Error"/> for one that is not known here.</summary>
    public AlgorithmId Hash { get; }

    /// <summary>The last four bytes of the key's id.</summary>
    public uint KeyId { get; }

    /// <summary>Reads the attribute, or says why it is none.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> attribute, [NotNullWhen(true)] out ImaSignature? signature, [NotNullWhen(false)] out string? problem)
    {
        signature = null;
        var bytes = attribute.Span;
        if (bytes.Length <= HeaderSize)
        {
            problem = $"has {bytes.Length} bytes, the header alone has {HeaderSize}";
            return false;
        }

        var (type, version) = (bytes[0], bytes[1]);
        problem = (type, version) switch
        {
            (ImaType, 2) or (VerityType, 3) => null,
            (EvmPortableType, _) => "is a portable EVM signature, which is over metadata that this entry does not hold",
            (ImaType or VerityType, _) => $"has version {version}; 2 for files and 3 for fs-verity are known",
            _ => $"has type 0x{type:x2}; 0x03 and 0x06 are signatures",
        };
        var size = BinaryPrimitives.ReadUInt16BigEndian(bytes[7..]);
        problem ??= size == bytes.Length - HeaderSize ? null : $"says that it has {size} bytes, {bytes.Length - HeaderSize} are there";
        signature = problem is null
            ? new ImaSignature(version, HashOf(bytes[2]), BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]), attribute[HeaderSize..])
            : null;
        return signature is not null;
    }

    /// <summary>Verifies the signature of a file with this digest; the digest must be by the signature's hash.</summary>
    public bool Verify(in ImaDigest digest, ImaKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (digest.Value.Length != Hash.DigestSize() || digest.IsVerity != (Version == 3))
        {
            return false;
        }

        if (Version == 2)
        {
            return key.Verify(digest.Value.Span, _value.Span, Hash);
        }

        // calc_file_id_hash: struct ima_file_id is type, hash and digest.
        Span<byte> id = stackalloc byte[2 + SHA512.HashSizeInBytes];
        (id[0], id[1]) = (VerityType, NumberOf(Hash));
        digest.Value.Span.CopyTo(id[2..]);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        var size = Hash.Hash(id[..(2 + digest.Value.Length)], hash);
        return key.Verify(hash[..size], _value.Span, Hash);
    }

    // enum hash_algo (include/uapi/linux/hash_info.h).
    private static AlgorithmId HashOf(byte number) => Array.Find(Hashes, pair => pair.Number == number).Hash;

    private static byte NumberOf(AlgorithmId hash) => Array.Find(Hashes, pair => pair.Hash == hash).Number;

    private static readonly (byte Number, AlgorithmId Hash)[] Hashes =
    [
        (2, AlgorithmId.Sha1), (4, AlgorithmId.Sha256), (5, AlgorithmId.Sha384), (6, AlgorithmId.Sha512),
        (20, AlgorithmId.Sha3_256), (21, AlgorithmId.Sha3_384), (22, AlgorithmId.Sha3_512),
    ];

    private const int HeaderSize = 9;
    private const byte ImaType = 0x03;
    private const byte EvmPortableType = 0x05;
    private const byte VerityType = 0x06;
}
