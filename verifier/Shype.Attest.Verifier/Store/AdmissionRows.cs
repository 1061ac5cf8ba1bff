using System.Data.Common;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>How a new host comes in.</summary>
/// <param name="State">Its state.</param>
/// <param name="Group">Its group.</param>
/// <param name="Reason">Why, for the audit.</param>
internal sealed record Admission(HostState State, string Group, string Reason);

/// <summary>Admissions as rows.</summary>
internal static class AdmissionRows
{
    /// <summary>Whether a name is kept for a TPM that is not this one.</summary>
    public static bool IsReserved(StoreSession session, HostEnrolment enrolment) =>
        session.Query("SELECT ek FROM expected_keys WHERE host_name = $1", row => row.GetString(0), enrolment.Host.Name) is { Count: > 0 } kept
        && !kept.Intersect(enrolment.Keys).Any();

    /// <summary>How a new host comes in; null where it brought an invitation that does not hold.</summary>
    public static Admission? Decide(StoreSession session, HostEnrolment enrolment)
    {
        foreach (var key in enrolment.Keys)
        {
            var found = session.Query("SELECT group_name, host_name FROM expected_keys WHERE ek = $1",
                row => (Group: row.GetString(0), Name: row.IsDBNull(1) ? null : row.GetString(1)), key);
            if (found is [var expected] && (expected.Name ?? enrolment.Host.Name) == enrolment.Host.Name)
            {
                // What it was let in for is over.
                session.Execute("DELETE FROM expected_keys WHERE ek = $1", key);
                return new Admission(HostState.Enrolled, expected.Group, $"expected {key}");
            }
        }

        if (enrolment.InvitationDigest is not { } digest)
        {
            return new Admission(enrolment.Host.State, enrolment.Host.PolicyGroup, enrolment.Host.State == HostState.Pending ? "waits for an operator" : "no approval is required");
        }

        // A condition and a change in one statement: the last use is given once.
        if (session.Execute("UPDATE invitations SET uses_left = uses_left - 1 WHERE digest = $1 AND uses_left > 0 AND expires_at > $2",
                digest, enrolment.At.ToUnixTimeMilliseconds()) == 0)
        {
            return null;
        }

        var (id, group) = session.Query("SELECT id, group_name FROM invitations WHERE digest = $1", row => (row.GetString(0), row.GetString(1)), digest)[0];
        // Nobody certified its key: the fingerprint is still to be compared.
        return new Admission(enrolment.NeedsFingerprint ? HostState.Pending : HostState.Enrolled, group, $"invitation {id}");
    }

    /// <summary>Keeps an invitation.</summary>
    public static bool Invite(StoreSession session, AuditLog audit, Invitation invitation, byte[] digest, DateTimeOffset at)
    {
        session.Execute("INSERT INTO invitations (digest, id, group_name, uses_left, expires_at, actor) VALUES ($1, $2, $3, $4, $5, $6)",
            digest, invitation.Id, invitation.Group, invitation.UsesLeft, invitation.Expires.ToUnixTimeMilliseconds(), invitation.By);
        audit.Append(at, AuditKinds.Admission, invitation.Id, invitation.By, $"invite {invitation.UsesLeft} into {invitation.Group} until {invitation.Expires:O}");
        return true;
    }

    /// <summary>Keeps a TPM that is expected.</summary>
    public static void Expect(StoreSession session, AuditLog audit, ExpectedKey key, DateTimeOffset at)
    {
        session.Execute("INSERT INTO expected_keys (ek, group_name, host_name, actor) VALUES ($1, $2, $3, $4) "
            + "ON CONFLICT (ek) DO UPDATE SET group_name = $2, host_name = $3, actor = $4", key.Key, key.Group, key.HostName, key.By);
        audit.Append(at, AuditKinds.Admission, key.Key, key.By, $"expect in {key.Group}{(key.HostName is { } name ? " as " + name : "")}");
    }

    /// <summary>Takes one back.</summary>
    public static bool Withdraw(StoreSession session, AuditLog audit, string idOrKey, string actor, DateTimeOffset at)
    {
        var gone = session.Execute("DELETE FROM invitations WHERE id = $1", idOrKey) + session.Execute("DELETE FROM expected_keys WHERE ek = $1", idOrKey);
        if (gone > 0)
        {
            audit.Append(at, AuditKinds.Admission, idOrKey, actor, "withdraw");
        }

        return gone > 0;
    }

    /// <summary>All of both.</summary>
    public static AdmissionList Read(StoreSession session, DateTimeOffset now) => new()
    {
        Invitations = session.Query("SELECT id, group_name, uses_left, expires_at, actor FROM invitations WHERE uses_left > 0 AND expires_at > $1 ORDER BY expires_at, id",
            ReadInvitation, now.ToUnixTimeMilliseconds()),
        Keys = session.Query("SELECT ek, group_name, host_name, actor FROM expected_keys ORDER BY ek", ReadKey),
    };

    /// <summary>Revokes a host, frees its name and keeps that for another TPM.</summary>
    public static HostRecord? Replace(StoreSession session, AuditLog audit, HostReplacement replacement)
    {
        if (HostRows.ById(session, replacement.OldId) is not { } old)
        {
            return null;
        }

        var reason = $"replaced by the TPM {replacement.EkFingerprint}";
        session.Execute("UPDATE hosts SET name = $2, state = 'revoked', reason = $3, revision = revision + 1 WHERE id = $1", old.Id, replacement.RetiredName, reason);
        WatchChanges.Retire(session, old.Id, WatchCauses.Replaced, replacement.Actor, replacement.At);
        audit.Append(replacement.At, AuditKinds.HostState, old.Id, replacement.Actor, $"revoked {reason}; {old.Name} is called {replacement.RetiredName}");
        Expect(session, audit, new ExpectedKey { Key = replacement.EkFingerprint, Group = old.PolicyGroup, HostName = old.Name, By = replacement.Actor }, replacement.At);
        return HostRows.ById(session, old.Id);
    }

    private static Invitation ReadInvitation(DbDataReader row) => new()
    {
        Id = row.GetString(0), Group = row.GetString(1), UsesLeft = (int)row.GetInt64(2), Expires = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)), By = row.GetString(4),
    };

    private static ExpectedKey ReadKey(DbDataReader row) => new()
    {
        Key = row.GetString(0), Group = row.GetString(1), HostName = row.IsDBNull(2) ? null : row.GetString(2), By = row.GetString(3),
    };
}
