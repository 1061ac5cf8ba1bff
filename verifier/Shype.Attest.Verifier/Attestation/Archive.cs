using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>What a verdict leaves of the host's logs, so that they can be replayed from their first record when the evidence that brought them is forgotten.</summary>
internal static class Archive
{
    /// <summary>The pieces that this appraisal proved and that were not known before.</summary>
    public static IReadOnlyList<LogPiece> NewPieces(Evidence evidence, HostMemory? before, Appraisal.Appraisal appraisal)
    {
        if (appraisal is not { IsFresh: true, IsProven: true, Memory: { } after })
        {
            return [];
        }

        var pieces = new List<LogPiece>();
        if (after.Known.NextRecord > evidence.Log.FirstRecord)
        {
            pieces.Add(new LogPiece(LogKinds.Records, (long)evidence.Log.FirstRecord, (long)after.Known.NextRecord, evidence.Log.Records.ToArray()));
        }

        if (evidence.FirmwareLog is { } firmware && after.KnownFirmwareLog != before?.KnownFirmwareLog)
        {
            pieces.Add(new LogPiece(LogKinds.Firmware, 0, 1, firmware.ToArray()));
        }

        if (appraisal.NewIma is { } ima)
        {
            pieces.Add(new LogPiece(LogKinds.Ima, (long)ima.Offset, (long)ima.Offset + ima.Entries.Length, ima.Entries.ToArray()));
        }

        return pieces;
    }
}
