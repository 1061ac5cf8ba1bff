using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

// Between verifiers on one database.
internal sealed partial class AttestationStore
{
    /// <inheritdoc/>
    public Task TellAsync(string message, CancellationToken cancellationToken) => _database.TellAsync(message, cancellationToken);

    /// <inheritdoc/>
    public Task ListenAsync(Action began, Action<string> heard, CancellationToken cancellationToken) => _database.ListenAsync(began, heard, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredAnswer?> ReadAnswerAsync(string hostId, byte[] challenge, CancellationToken cancellationToken) =>
        ReadAsync(session => session.ReadAtOnce(at => ReadAnswer(at, hostId, challenge)), cancellationToken);

    // Not by the writer, for whom evidence waits: anybody may begin an enrolment.
    /// <inheritdoc/>
    public Task AddPendingAsync(StoredPending pending, int capacity, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(session =>
        {
            session.Execute("DELETE FROM pending_enrolments WHERE expires < $1", now.ToUnixTimeMilliseconds());
            session.Execute("DELETE FROM pending_enrolments WHERE id IN (SELECT id FROM pending_enrolments ORDER BY expires DESC LIMIT 1000000 OFFSET $1)", capacity - 1);
            return session.Execute("INSERT INTO pending_enrolments (id, expires, request) VALUES ($1, $2, $3)",
                pending.Id, pending.Expires.ToUnixTimeMilliseconds(), pending.Request);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredPending?> TakePendingAsync(string id, CancellationToken cancellationToken) =>
        ReadAsync(session => session.Query("DELETE FROM pending_enrolments WHERE id = $1 RETURNING id, expires, request",
            row => new StoredPending(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetFieldValue<byte[]>(2)), id) is [var taken] ? taken : null, cancellationToken);

    private static StoredAnswer? ReadAnswer(StoreSession session, string hostId, byte[] challenge)
    {
        // The first that answers the challenge: whatever came for it later is a repetition. Only what is recent can be asked for.
        var number = (long?)session.Scalar($"SELECT min(number) FROM (SELECT number, challenge FROM attestations WHERE host_id = $1 ORDER BY number DESC LIMIT {MaxRecent}) AS recent WHERE challenge = $2",
            hostId, challenge);
        if (number is null)
        {
            return null;
        }

        var (memory, digest) = session.Query("SELECT appraisals, memory, evidence_digest FROM hosts LEFT JOIN host_memories ON host_id = id WHERE id = $1",
            row => (new StoredMemory(row.GetInt64(0), Bytes(row, 1)), Bytes(row, 2)), hostId)[0];
        var policies = (long)session.Scalar("SELECT count(*) FROM policies")!;
        const string select = "SELECT evidence, context FROM attestations WHERE host_id = $1 AND number";
        var later = digest is null ? [] : session.Query($"{select} > $2 AND evidence_digest = $3 ORDER BY number LIMIT 1", row => Answer(row, memory, policies), hostId, number, digest);
        return later is [var newer] ? newer : session.Query($"{select} = $2", row => Answer(row, memory, policies), hostId, number)[0];
    }

    private static StoredAnswer Answer(DbDataReader row, StoredMemory memory, long policies) => new(row.GetFieldValue<byte[]>(0), Bytes(row, 1), memory, policies);

    private static byte[]? Bytes(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    private const string MaxRecent = "2000";
}
