using Microsoft.Data.Sqlite;

namespace Shype.Attest.Verifier.Store;

/// <summary>Appends to the audit chain inside the writer's transaction.</summary>
internal sealed class AuditLog(SqliteSession session, AuditChain chain)
{
    private (long Number, byte[] Hash) _last = (0, AuditChain.Start);
    private (long Number, byte[] Hash) _written = (0, AuditChain.Start);

    /// <summary>Takes the chain up where the database has it; also after a transaction that did not happen.</summary>
    public void Resume()
    {
        var last = session.Query("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1)));
        _last = _written = last.Count == 1 ? last[0] : (0, AuditChain.Start);
    }

    /// <summary>Where the chain stands, to return to when one decision of a transaction fails.</summary>
    public (long Number, byte[] Hash) Position => _last;

    /// <summary>Returns to where the chain stood.</summary>
    public void ReturnTo((long Number, byte[] Hash) position) => _last = position;

    /// <summary>Appends one decision.</summary>
    public void Append(DateTimeOffset at, string kind, string subject, string actor, string detail)
    {
        var number = _last.Number + 1;
        var hash = chain.Hash(_last.Hash, number, at, kind, subject, actor, detail);
        session.Execute("INSERT INTO audit (number, at, kind, subject, actor, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            number, at.ToUnixTimeMilliseconds(), kind, subject, actor, detail, hash);
        _last = (number, hash);
    }

    /// <summary>Marks the last record; once per transaction, before it ends.</summary>
    public void MarkHead()
    {
        if (_last.Number != _written.Number)
        {
            session.Execute("INSERT INTO audit_head (only, number, code) VALUES (1, $1, $2) ON CONFLICT (only) DO UPDATE SET number = $1, code = $2",
                _last.Number, chain.HeadCode(_last.Number, _last.Hash));
            _written = _last;
        }
    }

    /// <summary>Every record in order.</summary>
    public static IEnumerable<AuditRecord> Read(SqliteSession session) =>
        session.Stream("SELECT number, at, kind, subject, actor, detail, hash FROM audit ORDER BY number", ReadRecord);

    /// <summary>The mark of the last record.</summary>
    public static (long Number, byte[] Code)? ReadHead(SqliteSession session) =>
        session.Query("SELECT number, code FROM audit_head", row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1))) is [var head] ? head : null;

    private static AuditRecord ReadRecord(SqliteDataReader row) => new(row.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetFieldValue<byte[]>(6));
}
