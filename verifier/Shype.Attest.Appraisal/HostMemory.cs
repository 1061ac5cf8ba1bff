using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>What a verifier keeps about a host between appraisals. Never changes: every accepted appraisal makes another.</summary>
public sealed class HostMemory
{
    /// <summary>The TPM's resets when it last answered.</summary>
    public uint ResetCount => throw new NotImplementedException();

    /// <summary>The boot whose log is known.</summary>
    public string? BootId => Known.BootId;

    /// <summary>The failure that keeps this host untrusted until its next reset.</summary>
    public FindingCode? StickyFailure => throw new NotImplementedException();

    /// <summary>How far the host's log is known: what the next challenge asks the rest of.</summary>
    public LogPosition Known => throw new NotImplementedException();

    /// <summary>SHA-256 (hex) of the firmware log that is known for this boot.</summary>
    public string? KnownFirmwareLog => throw new NotImplementedException();

    /// <summary>The memory as bytes, to be stored.</summary>
    public byte[] Encode() => throw new NotImplementedException();

    /// <summary>Reads what <see cref="Encode"/> wrote, or says what is wrong.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out HostMemory? memory, [NotNullWhen(false)] out string? problem) =>
        throw new NotImplementedException(bytes.ToString());
}
