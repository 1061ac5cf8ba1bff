using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// Logs that come before their evidence.
internal sealed partial class AttestationStore
{
    /// <inheritdoc/>
    public Task<StagedLog> ReadStagedAsync(string hostId, string kind, CancellationToken cancellationToken) => ReadAsync(session => Staged(session, hostId, kind), cancellationToken);

    /// <inheritdoc/>
    public Task<StagedLog?> StageAsync(string hostId, string boot, LogPiece piece, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => Stage(session, hostId, boot, piece, now), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> ReadStagedAsync(string hostId, string kind, ulong first, ulong next, CancellationToken cancellationToken) =>
        ReadAsync(session =>
        {
            using var joined = new MemoryStream();
            var at = (long)first;
            foreach (var (begins, ends, bytes) in session.Query("SELECT first, next, bytes FROM staged_logs WHERE host_id = $1 AND kind = $2 ORDER BY first",
                row => (row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)), hostId, kind))
            {
                if (begins == at && ends <= (long)next)
                {
                    joined.Write(bytes);
                    at = ends;
                }
            }

            return at == (long)next ? joined.ToArray() : null;
        }, cancellationToken);

    private static StagedLog? Stage(StoreSession session, string hostId, string boot, LogPiece piece, DateTimeOffset now)
    {
        session.Execute("DELETE FROM staged_logs WHERE at < $1", (now - KeepStaged).ToUnixTimeMilliseconds());
        var there = Staged(session, hostId, piece.Kind);
        if (there.BootId == boot && piece.First > (long)there.Next)
        {
            return there;
        }

        // What is there of another boot, or of what is known by now, is of no use any more.
        var from = there.BootId == boot && piece.First >= (long)there.First ? piece.First : 0;
        session.Execute("DELETE FROM staged_logs WHERE host_id = $1 AND kind = $2 AND next > $3", hostId, piece.Kind, from);
        // A piece that began earlier and reached beyond this one's beginning went with it.
        if (Staged(session, hostId, piece.Kind) is { BootId: not null } rest && (long)rest.Next != piece.First)
        {
            return rest;
        }

        var own = (long)session.Scalar("SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM staged_logs WHERE host_id = $1", hostId)!;
        var all = (long)session.Scalar("SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM staged_logs")!;
        if (own + piece.Bytes.Length > ProtocolLimits.MaxEvidenceBytes || all + piece.Bytes.Length > MaxStagedBytes)
        {
            return null;
        }

        session.Execute("INSERT INTO staged_logs (host_id, kind, first, next, boot, at, size, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            hostId, piece.Kind, piece.First, piece.Next, boot, now.ToUnixTimeMilliseconds(), piece.Bytes.Length, piece.Bytes);
        return Staged(session, hostId, piece.Kind);
    }

    private static StagedLog Staged(StoreSession session, string hostId, string kind) =>
        session.Query("SELECT boot, min(first), max(next) FROM staged_logs WHERE host_id = $1 AND kind = $2 GROUP BY boot",
            row => new StagedLog { BootId = row.GetString(0), First = (ulong)row.GetInt64(1), Next = (ulong)row.GetInt64(2) }, hostId, kind) is [var there] ? there : new StagedLog { First = 0, Next = 0 };

    private static readonly TimeSpan KeepStaged = TimeSpan.FromHours(1);

    // Of all hosts together: a fleet that boots at once brings its logs one host after the other, or whole.
    private const long MaxStagedBytes = 512L * 1024 * 1024;
}
