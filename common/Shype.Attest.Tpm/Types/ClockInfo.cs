using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_CLOCK_INFO (TPM 2.0 Part 2, 10.11.1).</summary>
/// <param name="Clock">Milliseconds that the TPM was powered.</param>
/// <param name="ResetCount">TPM Resets since the last Clear.</param>
/// <param name="RestartCount">TPM Restarts and Resumes since the last Reset.</param>
/// <param name="Safe">Whether no greater Clock can have been told before.</param>
public sealed record ClockInfo(ulong Clock, uint ResetCount, uint RestartCount, bool Safe) : ITpmStructure<ClockInfo>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMS_CLOCK_INFO";

    /// <inheritdoc/>
    public static ClockInfo Read(ref TpmReader reader) => new(
        Clock: reader.ReadUInt64("clock"),
        ResetCount: reader.ReadUInt32("resetCount"),
        RestartCount: reader.ReadUInt32("restartCount"),
        Safe: reader.ReadYesNo("safe"));

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteUInt64(Clock);
        writer.WriteUInt32(ResetCount);
        writer.WriteUInt32(RestartCount);
        writer.WriteYesNo(Safe);
    }
}
