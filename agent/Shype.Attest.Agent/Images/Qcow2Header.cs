using System.Buffers.Binary;
using System.Text;
using Shype.Attest.Agent.Measuring;

namespace Shype.Attest.Agent.Images;

/// <summary>What a qcow2 image says of the files that it needs (QEMU, docs/interop/qcow2.txt). Written by whoever wrote the image: hostile.</summary>
/// <param name="BackingName">The name of the file that it stands on, as written; null where it stands alone.</param>
/// <param name="BackingFormat">That file's format; null where the header does not say.</param>
/// <param name="DataName">The name of the external file with its data; null where it has its data itself.</param>
internal sealed record Qcow2Header(string? BackingName, string? BackingFormat, string? DataName)
{
    /// <summary>Reads the header of a qcow2 image.</summary>
    /// <exception cref="AgentException">It has none, or one that QEMU would not open either.</exception>
    public static Qcow2Header Read(ImageFile file)
    {
        // Header, extensions and backing name all lie in the first cluster; the smallest has 512 bytes, the largest 2 MiB.
        var head = new byte[(int)Math.Min(file.Length, MaxHeaderBytes)];
        file.ReadWhole(head, 0);
        if (head.Length < Version2Bytes || BinaryPrimitives.ReadUInt32BigEndian(head) != Magic)
        {
            throw Refuse(file, "is not a qcow2 image, and the VM's configuration says that it is one");
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4));
        if (version is not (2 or 3) || (version == 3 && head.Length < Version3Bytes))
        {
            throw Refuse(file, $"has a qcow2 header of version {version}, or a cut one; 2 and 3 are known");
        }

        var features = version == 3 ? BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(72)) : 0;
        var length = version == 3 ? BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(100)) : Version2Bytes;
        if (length < (version == 3 ? Version3Bytes : Version2Bytes) || length > head.Length)
        {
            throw Refuse(file, $"has a qcow2 header of {length} bytes");
        }

        var backing = ReadName(file, head, BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(8)), BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(16)));
        var (format, data) = ReadExtensions(file, head, (int)length);
        if ((features & ExternalData) == 0)
        {
            return new(backing, format, null);
        }

        return new(backing, format, data ?? throw Refuse(file, "has its data in another file that its header does not name"));
    }

    private static string? ReadName(ImageFile file, byte[] head, ulong offset, uint size)
    {
        if (offset == 0)
        {
            return null;
        }

        return size is > 0 and <= MaxNameBytes && offset <= (ulong)head.Length && size <= (ulong)head.Length - offset
            ? Text(file, head.AsSpan((int)offset, (int)size))
            : throw Refuse(file, $"names its backing file in {size} bytes at {offset}, outside its header");
    }

    private static (string? Format, string? Data) ReadExtensions(ImageFile file, byte[] head, int at)
    {
        string? format = null, data = null;
        for (var i = 0; i < MaxExtensions && head.Length - at >= 8; i++)
        {
            var type = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(at));
            var size = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(at + 4));
            at += 8;
            if (type == 0)
            {
                return (format, data);
            }

            if (size > head.Length - at)
            {
                break;
            }

            var bytes = head.AsSpan(at, (int)size);
            format = type == BackingFormatExtension ? Text(file, bytes) : format;
            data = type == DataFileExtension ? Text(file, bytes) : data;
            at += (int)Math.Min((size + 7) & ~7u, (uint)(head.Length - at));
        }

        throw Refuse(file, "has qcow2 header extensions that do not end");
    }

    private static string Text(ImageFile file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = Strict.GetString(bytes);
            return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal) ? text : throw Refuse(file, "has an empty name, or one with a NUL, in its qcow2 header");
        }
        catch (DecoderFallbackException)
        {
            throw Refuse(file, "has a name in its qcow2 header that is not UTF-8");
        }
    }

    private static AgentException Refuse(ImageFile file, string problem) => new(ExitCode.Usage, $"{file.Path}: {problem}");

    private const uint Magic = 0x514649fb;
    private const int Version2Bytes = 72;
    private const int Version3Bytes = 104;
    private const ulong ExternalData = 1 << 2;
    private const uint BackingFormatExtension = 0xe2792aca;
    private const uint DataFileExtension = 0x44415441;
    private const int MaxNameBytes = 1023;
    private const int MaxExtensions = 64;
    private const int MaxHeaderBytes = 2 * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
}
