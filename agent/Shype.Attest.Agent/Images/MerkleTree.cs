using System.Buffers;
using System.Security.Cryptography;
using Shype.Attest.Agent.Measuring;

namespace Shype.Attest.Agent.Images;

/// <summary>
/// The tree of SHA-256 over blocks of 4096 bytes that fs-verity and dm-verity share: digests of blocks fill blocks, up to one. Computed on all cores; holes are not
/// read, and what a tree takes is memory for one digest of each 512 KiB.
/// </summary>
internal sealed class MerkleTree
{
    public const int BlockBytes = 4096;
    public const int DigestBytes = 32;

    private readonly ImageFile _file;
    private readonly byte[] _salt;
    private readonly byte[] _zeroGroup;
    private long _done;

    private MerkleTree(ImageFile file, byte[] salt)
    {
        (_file, _salt) = (file, salt);
        _zeroGroup = new byte[DigestBytes];
        HashGroup(new byte[GroupBytes], _zeroGroup);
    }

    /// <summary>The root over a file whose last block is filled up with zeros; of an empty file there is none.</summary>
    /// <param name="file">The file, of at least one byte.</param>
    /// <param name="salt">What stands before each block that is hashed, as it is hashed.</param>
    /// <param name="progress">Told after each piece.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static byte[] Root(ImageFile file, byte[] salt, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(file.Length);
        var tree = new MerkleTree(file, salt);
        return file.Length <= BlockBytes ? tree.OfOneBlock() : tree.Above(tree.Groups(progress, cancellationToken));
    }

    private byte[] OfOneBlock()
    {
        var block = new byte[BlockBytes];
        _file.ReadWhole(block.AsSpan(0, (int)_file.Length), 0);
        var root = new byte[DigestBytes];
        HashBlock(block, root);
        return root;
    }

    // A digest for each group of blocks whose digests fill one block.
    private byte[] Groups(IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        var groups = new byte[Count(_file.Length, GroupBytes) * DigestBytes];
        var pieces = Count(_file.Length, PieceBytes);
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0L, pieces, options, piece =>
            {
                var at = piece * PieceBytes;
                var length = (int)Math.Min(PieceBytes, _file.Length - at);
                HashPiece(at, length, groups.AsSpan((int)(piece * (PieceBytes / GroupBytes) * DigestBytes)));
                progress?.Report(new MeasuringProgress(_file.Path, Interlocked.Add(ref _done, length), _file.Length));
            });
        }
        catch (AggregateException e) when (e.InnerExceptions[0] is AgentException or IOException)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return groups;
    }

    private void HashPiece(long at, int length, Span<byte> digests)
    {
        var data = FileCalls.NextData(_file.Handle, at, _file.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(GroupBytes);
        try
        {
            for (var offset = 0; offset < length; offset += GroupBytes, digests = digests[DigestBytes..])
            {
                var size = Math.Min(GroupBytes, length - offset);
                if (size == GroupBytes && data >= at + offset + size)
                {
                    _zeroGroup.CopyTo(digests);
                    continue;
                }

                var blocks = (int)Count(size, BlockBytes);
                var whole = buffer.AsSpan(0, blocks * BlockBytes);
                _file.ReadWhole(whole[..size], at + offset);
                whole[size..].Clear();
                HashGroup(whole, digests);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] Above(byte[] level)
    {
        while (level.Length > DigestBytes)
        {
            var next = new byte[Count(level.Length, BlockBytes) * DigestBytes];
            for (var i = 0; i < next.Length / DigestBytes; i++)
            {
                HashDigests(level.AsSpan(i * BlockBytes, Math.Min(BlockBytes, level.Length - (i * BlockBytes))), next.AsSpan(i * DigestBytes));
            }

            level = next;
        }

        return level;
    }

    private void HashGroup(ReadOnlySpan<byte> blocks, Span<byte> digest)
    {
        Span<byte> digests = stackalloc byte[blocks.Length / BlockBytes * DigestBytes];
        for (var i = 0; i < blocks.Length / BlockBytes; i++)
        {
            HashBlock(blocks.Slice(i * BlockBytes, BlockBytes), digests[(i * DigestBytes)..]);
        }

        HashDigests(digests, digest);
    }

    private void HashDigests(ReadOnlySpan<byte> digests, Span<byte> digest)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        digests.CopyTo(block);
        HashBlock(block, digest);
    }

    private void HashBlock(ReadOnlySpan<byte> block, Span<byte> digest)
    {
        if (_salt.Length == 0)
        {
            SHA256.HashData(block, digest);
            return;
        }

        Span<byte> salted = stackalloc byte[MaxSaltBytes + BlockBytes];
        _salt.CopyTo(salted);
        block.CopyTo(salted[_salt.Length..]);
        SHA256.HashData(salted[..(_salt.Length + BlockBytes)], digest);
    }

    private static long Count(long bytes, int unit) => (bytes + unit - 1) / unit;

    /// <summary>Bytes of a salt (dm-verity: 256).</summary>
    public const int MaxSaltBytes = 256;

    private const int GroupBytes = BlockBytes / DigestBytes * BlockBytes;
    private const int PieceBytes = 8 * GroupBytes;
}
