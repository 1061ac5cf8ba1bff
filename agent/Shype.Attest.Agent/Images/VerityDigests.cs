using System.Buffers.Binary;
using System.Security.Cryptography;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Images;

/// <summary>The digests of a file as the kernel's two verity formats define them, with SHA-256 and blocks of 4096 bytes.</summary>
public static class VerityDigests
{
    /// <summary>The fs-verity digest, as <c>fsverity digest</c> prints it: the hash of struct fsverity_descriptor (Documentation/filesystems/fsverity.rst).</summary>
    /// <exception cref="AgentException">Reading failed, or the file changed meanwhile.</exception>
    public static MeasuredDigest FsVerity(ImageFile file, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        Span<byte> descriptor = stackalloc byte[256];
        descriptor.Clear();
        descriptor[0] = 1; // version
        descriptor[1] = 1; // FS_VERITY_HASH_ALG_SHA256
        descriptor[2] = 12; // log2 of the block size
        BinaryPrimitives.WriteInt64LittleEndian(descriptor[8..], file.Length);
        if (file.Length > 0)
        {
            MerkleTree.Root(file, [], progress, cancellationToken).CopyTo(descriptor[16..]);
        }

        file.RefuseChange();
        return new(MeasuredDigest.FsVerity, SHA256.HashData(descriptor));
    }

    /// <summary>The dm-verity root hash of format 1, as <c>veritysetup format</c> prints it.</summary>
    /// <param name="file">The data, in whole blocks.</param>
    /// <param name="salt">The salt of the hash device.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="AgentException">It is not in whole blocks, reading failed, or the file changed meanwhile.</exception>
    public static MeasuredDigest DmVerity(ImageFile file, ReadOnlySpan<byte> salt, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(salt.Length, MerkleTree.MaxSaltBytes);
        if (file.Length == 0 || file.Length % MerkleTree.BlockBytes != 0)
        {
            throw new AgentException(ExitCode.Usage, $"{file.Path}: has {file.Length} bytes, which are no blocks of {MerkleTree.BlockBytes}: dm-verity does not cover the rest");
        }

        var root = MerkleTree.Root(file, salt.ToArray(), progress, cancellationToken);
        file.RefuseChange();
        return new(MeasuredDigest.DmVerity, root);
    }
}
