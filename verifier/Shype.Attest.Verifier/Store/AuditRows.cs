using System.Data.Common;
using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Verifier.Store;

/// <summary>The audit as rows.</summary>
internal static class AuditRows
{
    /// <summary>Every record in order.</summary>
    public static IEnumerable<AuditEntry> All(StoreSession session) => session.Stream($"{Select} ORDER BY number", Read);

    /// <summary>The newest before a number.</summary>
    public static IReadOnlyList<AuditEntry> Before(StoreSession session, long before, string? subject, int limit) => subject is null
        ? session.Query($"{Select} WHERE number < $1 ORDER BY number DESC LIMIT $2", Read, before, limit)
        : session.Query($"{Select} WHERE number < $1 AND subject = $2 ORDER BY number DESC LIMIT $3", Read, before, subject, limit);

    /// <summary>A stretch in order.</summary>
    public static AuditStretch Between(StoreSession session, long after, long upTo, int limit)
    {
        var records = session.Query($"{Select} WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3", Read, after, upTo, limit);
        var heads = session.Query("SELECT number, token FROM audit_heads WHERE number > $1 AND number <= $2", row => (row.GetInt64(0), row.GetString(1)),
            after, records.Count == 0 ? after : records[^1].Number);
        return new AuditStretch(records, heads.ToDictionary(head => head.Item1, head => head.Item2));
    }

    /// <summary>The last record and the chain's value after it.</summary>
    public static (long Number, byte[] Hash) Last(StoreSession session) =>
        session.Query("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1))) is [var last]
            ? last : (0, AuditEntry.Start);

    /// <summary>Up to which record hashes need the secret key.</summary>
    public static long KeyedUntil(StoreSession session) => (long?)session.Scalar("SELECT until FROM audit_keyed") ?? 0;

    /// <summary>The mark of the last record.</summary>
    public static (long Number, byte[] Code)? Mark(StoreSession session) =>
        session.Query("SELECT number, code FROM audit_head", row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1))) is [var mark] ? mark : null;

    /// <summary>Every kept head with the hash of its record.</summary>
    public static IReadOnlyList<(string Token, byte[]? Hash)> Heads(StoreSession session) =>
        session.Query("SELECT h.token, a.hash FROM audit_heads AS h LEFT JOIN audit AS a ON a.number = h.number ORDER BY h.number",
            row => (row.GetString(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1)));

    private static AuditEntry Read(DbDataReader row) => new()
    {
        Number = row.GetInt64(0),
        At = row.GetInt64(1),
        Kind = row.GetString(2),
        Subject = row.GetString(3),
        Actor = row.GetString(4),
        Detail = row.GetString(5),
        Hash = Convert.ToHexStringLower(row.GetFieldValue<byte[]>(6)),
    };

    private const string Select = "SELECT number, at, kind, subject, actor, detail, hash FROM audit";
}
