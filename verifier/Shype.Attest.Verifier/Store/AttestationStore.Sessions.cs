using System.Data.Common;
using Shype.Attest.Protocol.Veraison;

namespace Shype.Attest.Verifier.Store;

// Sessions of the challenge-response interface. Nothing about them is a decision, so nothing goes into the audit: the verdicts do.
internal sealed partial class AttestationStore : ISessionStore
{
    /// <inheritdoc/>
    public Task<bool> OpenSessionAsync(StoredSession session, int most, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.WriteAsync((rows, _) =>
        {
            rows.Execute("DELETE FROM sessions WHERE expires_at <= $1", now.ToUnixTimeMilliseconds());
            if ((long)rows.Scalar("SELECT count(*) FROM sessions WHERE owner = $1", session.Owner)! >= most)
            {
                return false;
            }

            rows.Execute("INSERT INTO sessions (id, owner, nonce, profile, status, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                session.Id, session.Owner, session.Nonce, session.Profile, Word(session.Status), session.Expires.ToUnixTimeMilliseconds());
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredSession?> ReadSessionAsync(string id, string owner, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(rows => rows.Query(
            "SELECT id, owner, nonce, profile, status, expires_at, evidence_type, evidence, result FROM sessions WHERE id = $1 AND owner = $2 AND expires_at > $3",
            ReadSession, id, owner, now.ToUnixTimeMilliseconds()) is [var found] ? found : null, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> SpendSessionAsync(string id, string owner, DateTimeOffset expires, DateTimeOffset now, CancellationToken cancellationToken) =>
        // A condition and a change in one statement: of two answers to one nonce the database lets one through.
        _writer.WriteAsync((rows, _) => rows.Execute(
            "UPDATE sessions SET status = 'processing', expires_at = $4 WHERE id = $1 AND owner = $2 AND status = 'waiting' AND expires_at > $3",
            id, owner, now.ToUnixTimeMilliseconds(), expires.ToUnixTimeMilliseconds()) == 1, cancellationToken);

    /// <inheritdoc/>
    public Task EndSessionAsync(StoredSession session, CancellationToken cancellationToken) =>
        _writer.WriteAsync((rows, _) => rows.Execute(
            "UPDATE sessions SET status = $3, expires_at = $4, evidence_type = $5, evidence = $6, result = $7 WHERE id = $1 AND owner = $2 AND status = 'processing'",
            session.Id, session.Owner, Word(session.Status), session.Expires.ToUnixTimeMilliseconds(), session.Evidence?.Type, session.Evidence?.Value, session.Result), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteSessionAsync(string id, string owner, CancellationToken cancellationToken) =>
        _writer.WriteAsync((rows, _) => rows.Execute("DELETE FROM sessions WHERE id = $1 AND owner = $2", id, owner), cancellationToken);

    private static StoredSession ReadSession(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetString(3), Status(row.GetString(4)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)))
    {
        Evidence = row.IsDBNull(6) ? null : new SessionEvidence { Type = row.GetString(6), Value = row.GetFieldValue<byte[]>(7) },
        Result = row.IsDBNull(8) ? null : row.GetString(8),
    };

    private static string Word(SessionStatus status) => status switch
    {
        SessionStatus.Waiting => "waiting",
        SessionStatus.Processing => "processing",
        SessionStatus.Complete => "complete",
        _ => "failed",
    };

    private static SessionStatus Status(string word) => word switch
    {
        "waiting" => SessionStatus.Waiting,
        "processing" => SessionStatus.Processing,
        "complete" => SessionStatus.Complete,
        _ => SessionStatus.Failed,
    };
}
