using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

/// <summary>Appends to the audit chain inside one transaction of the writer, from where the database has it.</summary>
internal sealed class AuditLog
{
    private readonly StoreSession _session;
    private readonly AuditChain _chain;
    private readonly long _first;
    private (long Number, byte[] Hash) _last;
    private bool _wakesOthers;

    /// <summary>Takes the chain up; another program may have added to it since the last transaction.</summary>
    public AuditLog(StoreSession session, AuditChain chain)
    {
        (_session, _chain) = (session, chain);
        var last = session.Query("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1)));
        _last = last.Count == 1 ? last[0] : (0, AuditChain.Start);
        _first = _last.Number;
    }

    /// <summary>Where the chain stands, to return to when one decision of a transaction fails.</summary>
    public (long Number, byte[] Hash) Position => _last;

    /// <summary>Returns to where the chain stood.</summary>
    public void ReturnTo((long Number, byte[] Hash) position) => _last = position;

    /// <summary>Appends one decision.</summary>
    public void Append(DateTimeOffset at, string kind, string subject, string actor, string detail)
    {
        var number = _last.Number + 1;
        var hash = _chain.Hash(_last.Hash, number, at, kind, subject, actor, detail);
        _session.Post("INSERT INTO audit (number, at, kind, subject, actor, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            number, at.ToUnixTimeMilliseconds(), kind, subject, actor, detail, hash);
        _last = (number, hash);
        _wakesOthers |= kind != AuditKinds.Appraisal;
    }

    /// <summary>Marks the last record and wakes who follows; once per transaction, before it ends.</summary>
    public void MarkHead()
    {
        if (_last.Number != _first)
        {
            _session.Post("INSERT INTO audit_head (\"only\", number, code) VALUES (1, $1, $2) ON CONFLICT (\"only\") DO UPDATE SET number = $1, code = $2",
                _last.Number, _chain.HeadCode(_last.Number, _last.Hash));
        }

        if (_wakesOthers && _session.Database.WakeOthers is { } wake)
        {
            _session.Post(wake);
        }
    }

    /// <summary>Every record in order.</summary>
    public static IEnumerable<AuditRecord> Read(StoreSession session) =>
        session.Stream("SELECT number, at, kind, subject, actor, detail, hash FROM audit ORDER BY number", ReadRecord);

    /// <summary>The mark of the last record.</summary>
    public static (long Number, byte[] Code)? ReadHead(StoreSession session) =>
        session.Query("SELECT number, code FROM audit_head", row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1))) is [var head] ? head : null;

    private static AuditRecord ReadRecord(DbDataReader row) => new(row.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetFieldValue<byte[]>(6));
}
