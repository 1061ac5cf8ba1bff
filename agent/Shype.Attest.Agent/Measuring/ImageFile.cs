using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// A file or block device that is measured: opened once, so that what was hashed is what this handle reads, whatever happens to the path. A link in the path's
/// last part is refused, since it says nothing of what it will lead to later.
/// </summary>
public sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly FileStatus _status;

    private ImageFile(string path, SafeFileHandle handle, FileStatus status, long length) => (Path, _handle, _status, Length) = (path, handle, status, length);

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>The file's bytes.</summary>
    public long Length { get; }

    /// <summary>Whether it is a block device.</summary>
    public bool IsBlockDevice => _status.IsBlockDevice;

    /// <summary>Whether the kernel keeps the file as its fs-verity digest says.</summary>
    public bool HasVerity => (_status.Attributes & VerityAttribute) != 0;

    internal SafeFileHandle Handle => _handle;

    internal FileStatus Status => _status;

    /// <summary>
    /// Whether the file cannot be written while it is there: protected by fs-verity, marked immutable, or on a read-only file system. Everything else
    /// may have changed between measuring and use, and the record says so.
    /// </summary>
    public bool IsProtected => (_status.Attributes & (VerityAttribute | ImmutableAttribute)) != 0 || FileCalls.IsOnReadOnlyFileSystem(_handle);

    /// <summary>Opens a plain file to be measured.</summary>
    /// <exception cref="AgentException">There is none, or no plain one.</exception>
    public static ImageFile Open(string path) => Open(path, devices: false);

    /// <summary>Opens a plain file, or a block device, to be measured.</summary>
    /// <exception cref="AgentException">There is none, or it is something else.</exception>
    public static ImageFile OpenDisk(string path) => Open(path, devices: true);

    private static ImageFile Open(string path, bool devices)
    {
        // Non-blocking, so that a FIFO put in an image's place does not hang the agent.
        var handle = LinuxFiles.Open(path, LinuxFiles.NonBlocking);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            var link = new FileInfo(path).LinkTarget;
            throw new AgentException(
                ExitCode.Usage,
                link is null ? $"{path}: cannot be opened: {LinuxFiles.Message(error)}" : $"{path}: is a link to {TextRules.Escape(link)}; name the file itself");
        }

        if (LinuxFiles.TryStatus(handle, out var status) && (status.IsRegularFile || (devices && status.IsBlockDevice)))
        {
            return new ImageFile(path, handle, status, status.IsBlockDevice ? FileCalls.End(handle) : status.Size);
        }

        handle.Dispose();
        throw new AgentException(ExitCode.Usage, $"{path}: is not a plain file{(devices ? " or block device" : "")}");
    }

    /// <summary>SHA-256 of the whole content. Holes are hashed as the zeros that they read as, without being read.</summary>
    /// <exception cref="AgentException">Reading failed, or the file changed meanwhile.</exception>
    public MeasuredDigest Digest(IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        using var hash = AlgorithmId.Sha256.CreateIncremental();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long at = 0, data = -1; at < Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (data < at)
                {
                    data = FileCalls.NextData(_handle, at, Length);
                }

                at += data > at ? Zeros(hash, data - at, cancellationToken) : Read(hash, buffer, at);
                progress?.Report(new MeasuringProgress(Path, at, Length));
            }
        }
        catch (IOException e)
        {
            throw new AgentException(ExitCode.CouldNot, $"{Path}: cannot be read: {e.Message}", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        RefuseChange();
        return new MeasuredDigest(MeasuredDigest.Sha256, hash.GetHashAndReset());
    }

    /// <summary>The whole content of a small file.</summary>
    /// <exception cref="AgentException">It is larger, reading failed, or the file changed meanwhile.</exception>
    public byte[] ReadAll(int maxBytes)
    {
        if (Length > maxBytes)
        {
            throw new AgentException(ExitCode.Usage, $"{Path}: has {Length} bytes, {maxBytes} are allowed");
        }

        var bytes = new byte[Length];
        try
        {
            for (var at = 0; at < bytes.Length;)
            {
                at += ReadAt(bytes.AsSpan(at), at);
            }
        }
        catch (IOException e)
        {
            throw new AgentException(ExitCode.CouldNot, $"{Path}: cannot be read: {e.Message}", e);
        }

        RefuseChange();
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Reads bytes that must be there, from an offset.</summary>
    internal void ReadWhole(Span<byte> buffer, long at)
    {
        for (var read = 0; read < buffer.Length;)
        {
            read += ReadAt(buffer[read..], at + read);
        }
    }

    /// <summary>Refuses a file that is no longer what was opened.</summary>
    internal void RefuseChange()
    {
        if (!LinuxFiles.TryStatus(_handle, out var now) || now.Size != _status.Size || now.Changed != _status.Changed)
        {
            throw Changed();
        }
    }

    private int Read(System.Security.Cryptography.IncrementalHash hash, byte[] buffer, long at)
    {
        var read = ReadAt(buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - at)), at);
        hash.AppendData(buffer, 0, read);
        return read;
    }

    private int ReadAt(Span<byte> buffer, long at) =>
        RandomAccess.Read(_handle, buffer, at) is > 0 and var read ? read : throw Changed();

    private static long Zeros(System.Security.Cryptography.IncrementalHash hash, long count, CancellationToken cancellationToken)
    {
        for (var left = count; left > 0; left -= Math.Min(left, ZeroBytes.Length))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(ZeroBytes, 0, (int)Math.Min(left, ZeroBytes.Length));
        }

        return count;
    }

    private AgentException Changed() => new(ExitCode.CouldNot, $"{Path}: changed while it was measured; stop what writes it and try again");

    // STATX_ATTR_IMMUTABLE and STATX_ATTR_VERITY (linux/stat.h).
    private const ulong ImmutableAttribute = 0x10;
    private const ulong VerityAttribute = 0x10_0000;
    private const int BufferBytes = 1024 * 1024;
    private static readonly byte[] ZeroBytes = new byte[64 * 1024];
}

/// <summary>How far the measuring of a file has come.</summary>
/// <param name="File">The file.</param>
/// <param name="Done">Bytes hashed.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct MeasuringProgress(string File, long Done, long Total);
