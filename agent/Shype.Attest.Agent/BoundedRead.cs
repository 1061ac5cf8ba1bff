using System.Buffers;

namespace Shype.Attest.Agent;

/// <summary>Reads files to their end whose size cannot be asked for: the kernel says of its own that they have no bytes. What is used follows what is there, not the bound.</summary>
internal static class BoundedRead
{
    /// <summary>The bytes from where the file stands to its end; null where there are more than so many.</summary>
    public static byte[]? ToEnd(Stream file, int maxBytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        try
        {
            for (var length = 0; length <= maxBytes;)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.CopyTo(larger, 0);
                    Return(buffer);
                    buffer = larger;
                }

                var count = file.Read(buffer, length, Math.Min(buffer.Length, maxBytes + 1) - length);
                if (count == 0)
                {
                    return buffer[..length];
                }

                length += count;
            }

            return null;
        }
        finally
        {
            Return(buffer);
        }
    }

    // Some of them hold tokens.
    private static void Return(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer, clearArray: true);

    private const int FirstBytes = 16 * 1024;
}
