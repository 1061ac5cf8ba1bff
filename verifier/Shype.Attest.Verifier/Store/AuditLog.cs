using Shype.Attest.Protocol.Audit;

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
        _last = AuditRows.Last(session);
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
        var entry = new AuditEntry
        {
            Number = number, At = at.ToUnixTimeMilliseconds(), Kind = kind, Subject = subject, Actor = actor, Detail = detail, Hash = "",
        };
        var hash = entry.HashAfter(_last.Hash);
        _session.Post("INSERT INTO audit (number, at, kind, subject, actor, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            number, entry.At, kind, subject, actor, detail, hash);
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
}
