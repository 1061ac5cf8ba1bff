using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>Logs that agents bring in pieces before the evidence that proves them. Bounded in bytes and time; nothing in them is believed.</summary>
internal interface IStagedLogs
{
    /// <summary>What there is of a host's log.</summary>
    Task<StagedLog> ReadStagedAsync(string hostId, string kind, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a piece that follows on what is there, or takes its place from where it begins; one of another boot, or of before, takes the place of all. Null where there
    /// is no room. What leaves a gap is not kept: the answer says what is there.
    /// </summary>
    Task<StagedLog?> StageAsync(string hostId, string boot, LogPiece piece, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>All bytes from one place up to another; null where they are not all there.</summary>
    Task<byte[]?> ReadStagedAsync(string hostId, string kind, ulong first, ulong next, CancellationToken cancellationToken);
}
