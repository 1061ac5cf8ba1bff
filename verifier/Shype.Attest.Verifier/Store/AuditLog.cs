using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Verifier.Store;

/// <summary>Appends to the audit chain inside the writer's transaction.</summary>
internal sealed class AuditLog(SqliteSession session, AuditChain chain)
{
    private (long Number, byte[] Hash) _last = (0, AuditEntry.Start);
    private (long Number, byte[] Hash) _written = (0, AuditEntry.Start);

    /// <summary>Takes the chain up where the database has it; also after a transaction that did not happen.</summary>
    public void Resume() => _last = _written = AuditRows.Last(session);

    /// <summary>Where the chain stands, to return to when one decision of a transaction fails.</summary>
    public (long Number, byte[] Hash) Position => _last;

    /// <summary>Returns to where the chain stood.</summary>
    public void ReturnTo((long Number, byte[] Hash) position) => _last = position;

    /// <summary>Appends one decision.</summary>
    public void Append(DateTimeOffset at, string kind, string subject, string actor, string detail)
    {
        var number = _last.Number + 1;
        var entry = new AuditEntry
        {
            Number = number, At = at.ToUnixTimeMilliseconds(), Kind = kind, Subject = subject, Actor = actor, Detail = detail, Hash = "",
        };
        var hash = entry.HashAfter(_last.Hash);
        session.Execute("INSERT INTO audit (number, at, kind, subject, actor, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            number, entry.At, kind, subject, actor, detail, hash);
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
}
