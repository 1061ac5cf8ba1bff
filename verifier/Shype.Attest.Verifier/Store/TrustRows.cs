using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

/// <summary>Trust as rows.</summary>
internal static class TrustRows
{
    /// <summary>All decisions.</summary>
    public static StoredTrust Read(StoreSession session) => new(
        session.Query("SELECT fingerprint, at, certificate, is_anchor, is_virtual FROM trust_authorities ORDER BY at, fingerprint", ReadAuthority),
        session.Query("SELECT fingerprint, is_on FROM trust_switches", row => (row.GetString(0), row.GetInt64(1) != 0)).ToDictionary(row => row.Item1, row => row.Item2),
        (byte[]?)session.Scalar("SELECT policy FROM trust_checked"));

    /// <summary>Keeps a decision with its audit record.</summary>
    public static bool Decide(StoreSession session, AuditLog audit, TrustDecision decision)
    {
        var said = decision switch
        {
            { Add: { } added } => Add(session, added),
            { Switch: { } on } => Switch(session, decision.Fingerprint, on),
            _ => Remove(session, decision.Fingerprint),
        };
        audit.Append(decision.At, AuditKinds.Trust, decision.Fingerprint, decision.Actor, $"{said} {decision.Subject}");
        return true;
    }

    /// <summary>What hosts enrolled with.</summary>
    public static IReadOnlyList<StoredRequest> Requests(StoreSession session) =>
        session.Query("SELECT host_id, at, request FROM host_requests", ReadRequest);

    /// <summary>What one host enrolled with.</summary>
    public static StoredRequest? Request(StoreSession session, string hostId) =>
        session.Query("SELECT host_id, at, request FROM host_requests WHERE host_id = $1", ReadRequest, hostId) is [var request] ? request : null;

    /// <summary>Keeps what a host enrolled with.</summary>
    public static void Keep(StoreSession session, StoredRequest request) =>
        session.Execute("INSERT INTO host_requests (host_id, at, request) VALUES ($1, $2, $3) ON CONFLICT (host_id) DO UPDATE SET at = $2, request = $3",
            request.HostId, request.At.ToUnixTimeMilliseconds(), request.Request);

    /// <summary>Keeps what is said about hosts, and by which policy.</summary>
    public static bool Judge(StoreSession session, AuditLog audit, IReadOnlyList<JudgedHost> hosts, byte[] policy, DateTimeOffset at)
    {
        foreach (var host in hosts)
        {
            session.Execute("UPDATE hosts SET enrolment_findings = $2, ek_issuer = $3, revision = revision + 1 WHERE id = $1", host.HostId, host.Findings, host.EkIssuer);
            audit.Append(at, AuditKinds.TrustApplied, host.HostId, "verifier", host.Findings);
        }

        session.Execute("INSERT INTO trust_checked (\"only\", policy) VALUES (1, $1) ON CONFLICT (\"only\") DO UPDATE SET policy = $1", policy);
        return true;
    }

    private static string Add(StoreSession session, StoredAuthority added)
    {
        session.Execute("INSERT INTO trust_authorities (fingerprint, at, certificate, is_anchor, is_virtual) VALUES ($1, $2, $3, $4, $5) "
            + "ON CONFLICT (fingerprint) DO UPDATE SET at = $2, is_anchor = $4, is_virtual = $5",
            added.Fingerprint, added.At.ToUnixTimeMilliseconds(), added.Certificate, added.IsAnchor ? 1 : 0, added.IsVirtual ? 1 : 0);
        return $"add {(added.IsAnchor ? "anchor" : "helper")}{(added.IsVirtual ? " virtual" : "")}";
    }

    private static string Switch(StoreSession session, string fingerprint, bool on)
    {
        session.Execute("INSERT INTO trust_switches (fingerprint, is_on) VALUES ($1, $2) ON CONFLICT (fingerprint) DO UPDATE SET is_on = $2", fingerprint, on ? 1 : 0);
        return on ? "on" : "off";
    }

    private static string Remove(StoreSession session, string fingerprint)
    {
        session.Execute("DELETE FROM trust_authorities WHERE fingerprint = $1", fingerprint);
        return "remove";
    }

    private static StoredAuthority ReadAuthority(DbDataReader row) => new(
        row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetFieldValue<byte[]>(2), row.GetInt64(3) != 0, row.GetInt64(4) != 0);

    private static StoredRequest ReadRequest(DbDataReader row) =>
        new(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetFieldValue<byte[]>(2));
}
