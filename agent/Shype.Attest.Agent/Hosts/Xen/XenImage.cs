using System.IO.Compression;
using Shype.Attest.Agent.Measuring;

namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>Finds the file of the running Xen where no boot loader's log names it: the one that holds the build id that the running one tells.</summary>
internal static class XenImage
{
    /// <summary>The only file of the boot folder with this build id; null where there is none, or more than one.</summary>
    public static string? Find(string boot, string? buildId)
    {
        if (buildId is not { Length: 40 } || !Directory.Exists(boot))
        {
            return null;
        }

        var wanted = Convert.FromHexString(buildId);
        var found = Directory.EnumerateFiles(boot, "xen*").Order(StringComparer.Ordinal).Take(MaxCandidates).Where(file => Holds(file, wanted)).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static bool Holds(string path, byte[] buildId)
    {
        try
        {
            using var file = ImageFile.Open(path);
            var bytes = file.ReadAll(MaxCompressedBytes);
            return bytes is [0x1f, 0x8b, ..] ? Unpack(bytes).IndexOf(buildId) >= 0 : bytes.AsSpan().IndexOf(buildId) >= 0;
        }
        catch (Exception e) when (e is AgentException or InvalidDataException or IOException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> Unpack(byte[] compressed)
    {
        using var stream = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var buffer = new byte[MaxBytes];
        return buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
    }

    private const int MaxCandidates = 32;
    private const int MaxCompressedBytes = 16 * 1024 * 1024;
    private const int MaxBytes = 32 * 1024 * 1024;
}
