using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Boot;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Hosts;

/// <summary>What the boot loader's own log says it started: its command lines, and its names for the files, which are looked for here.</summary>
internal static class BootEntry
{
    /// <summary>The parts in their order; empty where no boot loader measured, or its log cannot be read.</summary>
    public static IReadOnlyList<BootPart> Read(string firmwareLog, string boot)
    {
        if (ReadLog(firmwareLog) is not { } bytes || !TcgEventLog.TryParse(bytes, out var log, out _) || !log.HasBank(AlgorithmId.Sha256))
        {
            return [];
        }

        return [.. BootState.Read(log, AlgorithmId.Sha256).Handover.Parts.Select(part => new BootPart(
            part.Name, FindFile(part.Name, boot), new(MeasuredDigest.Sha256, part.Digest.Span), part.CommandLine?.Value ?? ""))];
    }

    /// <summary>The file that a boot loader means: its path from the root of a file system that may be mounted at <paramref name="boot"/>; null where none is there.</summary>
    public static string? FindFile(string name, string boot)
    {
        // "(hd0,gpt2)/vmlinuz": the device is named as GRUB counts it, which says nothing here.
        var path = name.StartsWith('(') && name.IndexOf(')', StringComparison.Ordinal) is > 0 and var end ? name[(end + 1)..] : name;
        if (!path.StartsWith('/') || path.Contains("/../", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal) || TextRules.IndexOfForbidden(path) >= 0)
        {
            return null;
        }

        string[] candidates = [Path.Join(boot, path), Path.Join(Path.GetDirectoryName(boot) ?? "/", path), Path.Join(boot, "efi", path)];
        return candidates.FirstOrDefault(File.Exists);
    }

    private static byte[]? ReadLog(string path)
    {
        try
        {
            // The kernel's file has no length: it is read to its end.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using var kept = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (file.Read(buffer) is > 0 and var read)
            {
                if (kept.Length + read > MeasurementLimits.MaxFirmwareLogBytes)
                {
                    return null;
                }

                kept.Write(buffer, 0, read);
            }

            return kept.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>One thing that the boot loader loaded.</summary>
/// <param name="Name">What the boot loader calls it.</param>
/// <param name="File">Its file; null where it is not found here.</param>
/// <param name="Digest">What the boot loader measured.</param>
/// <param name="CommandLine">Its command line; empty where it has none.</param>
internal sealed record BootPart(string Name, string? File, MeasuredDigest Digest, string CommandLine)
{
    /// <summary>What is to be measured: the file, or what the boot loader measured where it is not here.</summary>
    public BootFile Source => File is not null ? new BootFile(File, null) : new BootFile(null, Digest);
}
