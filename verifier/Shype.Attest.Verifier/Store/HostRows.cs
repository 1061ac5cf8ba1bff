using System.Data.Common;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>Hosts as rows.</summary>
internal static class HostRows
{
    /// <summary>The columns in the order of <see cref="Read"/>.</summary>
    public const string Columns =
        "id, name, state, reason, ek_digest, ek_issuer, ak_public, ak_name, token_digest, enrolment_findings, enrolled_at, seen_at, status, boot, vms, policy_group, revision";

    /// <summary>One row.</summary>
    public static HostRecord Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Name = row.GetString(1),
        State = StateOf(row.GetString(2)),
        Reason = Text(row, 3),
        EkDigest = row.GetFieldValue<byte[]>(4),
        EkIssuer = Text(row, 5),
        AkPublic = row.GetFieldValue<byte[]>(6),
        AkName = row.GetFieldValue<byte[]>(7),
        TokenDigest = row.GetFieldValue<byte[]>(8),
        EnrolmentFindings = row.GetString(9),
        EnrolledAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
        SeenAt = row.IsDBNull(11) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)),
        Status = (TrustTier)row.GetInt32(12),
        Boot = Text(row, 13),
        Vms = row.GetInt32(14),
        PolicyGroup = row.GetString(15),
        Revision = row.GetInt64(16),
    };

    /// <summary>The host with this id.</summary>
    public static HostRecord? ById(StoreSession session, string id) =>
        session.Query($"SELECT {Columns} FROM hosts WHERE id = $1", Read, id) is [var host] ? host : null;

    /// <summary>The host with this name.</summary>
    public static HostRecord? ByName(StoreSession session, string name) =>
        session.Query($"SELECT {Columns} FROM hosts WHERE name = $1", Read, name) is [var host] ? host : null;

    /// <summary>A new row.</summary>
    public static void Insert(StoreSession session, HostRecord host) =>
        session.Execute(
            "INSERT INTO hosts (id, name, state, ek_digest, ek_issuer, ak_public, ak_name, token_digest, enrolment_findings, enrolled_at, policy_group) "
            + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            host.Id, host.Name, TextOf(host.State), host.EkDigest, host.EkIssuer, host.AkPublic, host.AkName, host.TokenDigest, host.EnrolmentFindings,
            host.EnrolledAt.ToUnixTimeMilliseconds(), host.PolicyGroup);

    /// <summary>The attestation key, and all that was proven with it, in one statement.</summary>
    public static void Renew(StoreSession session, HostRecord host) =>
        session.Execute(
            "UPDATE hosts SET ek_issuer = $2, ak_public = $3, ak_name = $4, token_digest = $5, enrolment_findings = $6, revision = revision + 1 WHERE id = $1",
            host.Id, host.EkIssuer, host.AkPublic, host.AkName, host.TokenDigest, host.EnrolmentFindings);

    /// <summary>A state as text.</summary>
    public static string TextOf(HostState state) => state switch
    {
        HostState.Pending => "pending",
        HostState.Enrolled => "enrolled",
        HostState.Revoked => "revoked",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static HostState StateOf(string text) => text switch
    {
        "pending" => HostState.Pending,
        "enrolled" => HostState.Enrolled,
        _ => HostState.Revoked,
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
