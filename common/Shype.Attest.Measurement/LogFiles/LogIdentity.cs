using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>Which boot a log is of: the kernel's boot id, and the TPM's reset count, which an attacker who chooses boot ids cannot turn back.</summary>
public sealed record LogIdentity
{
    /// <summary>The identity of a boot.</summary>
    /// <exception cref="ArgumentException">A boot id with other characters than letters, digits, '-', '_', '.', or longer than 128.</exception>
    public LogIdentity(string bootId, uint resetCount)
    {
        ArgumentNullException.ThrowIfNull(bootId);
        if (!IsBootId(bootId))
        {
            throw new ArgumentException("a boot id has 1 to 128 letters, digits, '-', '_' or '.'", nameof(bootId));
        }

        BootId = bootId;
        ResetCount = resetCount;
    }

    /// <summary>The kernel's random id of the boot (/proc/sys/kernel/random/boot_id).</summary>
    public string BootId { get; }

    /// <summary>TPMS_CLOCK_INFO.resetCount as TPM2_ReadClock gives it.</summary>
    public uint ResetCount { get; }

    // The header line: "shype-log 1 boot=<id> resets=<n>\n".
    internal byte[] ToHeader() =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Magic} {Version} boot={BootId} resets={ResetCount}\n"));

    internal static bool TryParseHeader(ReadOnlySpan<byte> line, [NotNullWhen(true)] out LogIdentity? identity, out bool otherVersion)
    {
        identity = null;
        otherVersion = false;
        var parts = Encoding.ASCII.GetString(line).Split(' ');
        if (parts is not [Magic, var version, ..])
        {
            return false;
        }

        otherVersion = version != Version;
        if (otherVersion
            || parts is not [_, _, ['b', 'o', 'o', 't', '=', .. var bootId], ['r', 'e', 's', 'e', 't', 's', '=', .. var resets]]
            || !IsBootId(bootId)
            || !uint.TryParse(resets, NumberStyles.None, CultureInfo.InvariantCulture, out var resetCount))
        {
            return false;
        }

        identity = new LogIdentity(bootId, resetCount);
        return true;
    }

    private static bool IsBootId(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    internal const int MaxHeaderBytes = 256;
    private const string Magic = "shype-log";
    private const string Version = "1";
}
