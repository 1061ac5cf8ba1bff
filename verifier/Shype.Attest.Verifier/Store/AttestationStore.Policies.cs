using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

// Appraisal policies, and who belongs to which.
internal sealed partial class AttestationStore
{
    /// <inheritdoc/>
    public Task<ReferenceVersion?> ReadReferencesAsync(long version, CancellationToken cancellationToken) =>
        ReadAsync(session => session.Query("SELECT version, document FROM reference_documents WHERE version = $1",
            row => new ReferenceVersion(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), version) is [var found] ? found : null, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PolicyVersion>> ReadAppraisalPoliciesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<PolicyVersion>>(session => session.Query($"{SelectPolicies} ORDER BY group_name, version", ReadPolicy), cancellationToken);

    /// <inheritdoc/>
    public Task<PolicyVersion?> WriteAppraisalPolicyAsync(
        string group, string name, byte[] document, long expected, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            if ((long?)session.Scalar("SELECT max(version) FROM appraisal_policies WHERE group_name = $1", group) is var last && (last ?? 0) != expected)
            {
                return null;
            }

            var next = new PolicyVersion(group, expected + 1, at, actor, name, document);
            session.Execute("INSERT INTO appraisal_policies (group_name, version, at, actor, name, document) VALUES ($1, $2, $3, $4, $5, $6)",
                group, next.Version, at.ToUnixTimeMilliseconds(), actor, name, document);
            audit.Append(at, AuditKinds.AppraisalPolicy, $"{group} version {next.Version}", actor, $"{name} {Sha256(document)}");
            return next;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<HostRecord?> SetGroupAsync(string hostId, string group, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            if (session.Execute("UPDATE hosts SET policy_group = $2, revision = revision + 1 WHERE id = $1", hostId, group) == 0)
            {
                return null;
            }

            WatchChanges.TakeSettings(session, hostId, WatchDeadline);
            audit.Append(at, AuditKinds.HostGroup, hostId, actor, group);
            return HostRows.ById(session, hostId);
        }, cancellationToken);

    private static PolicyVersion ReadPolicy(DbDataReader row) => new(
        row.GetString(0), row.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), row.GetString(3), row.GetString(4), row.GetFieldValue<byte[]>(5));

    private const string SelectPolicies = "SELECT group_name, version, at, actor, name, document FROM appraisal_policies";
}
