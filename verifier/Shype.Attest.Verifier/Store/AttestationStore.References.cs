using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

// The reference values.
internal sealed partial class AttestationStore : IReferenceStore
{
    /// <inheritdoc/>
    public Task<ReferenceVersion?> ReadReferencesAsync(CancellationToken cancellationToken) => ReadAsync(LastReferences, cancellationToken);

    /// <inheritdoc/>
    public Task<ReferenceVersion?> WriteReferencesAsync(byte[] document, long expected, ReferenceEventRecord change, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            if ((LastReferences(session)?.Version ?? 0) != expected)
            {
                return null;
            }

            session.Execute("INSERT INTO reference_documents (version, at, document) VALUES ($1, $2, $3)", expected + 1, change.At.ToUnixTimeMilliseconds(), document);
            Append(session, audit, change with { Sequence = expected + 1 }, $"version {expected + 1}", Sha256(document));
            return new ReferenceVersion(expected + 1, document);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredBundle>> ReadBundlesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoredBundle>>(session => session.Query(
            "SELECT name, sequence, content_digest, source, signer_name, signer_key, removed FROM reference_bundles ORDER BY name", ReadBundle), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteBundleAsync(StoredBundle bundle, ReferenceEventRecord change, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            var written = session.Execute(
                "INSERT INTO reference_bundles (name, sequence, content_digest, source, signer_name, signer_key, removed) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                + "ON CONFLICT (name) DO UPDATE SET sequence = $2, content_digest = $3, source = $4, signer_name = $5, signer_key = $6, removed = $7 WHERE reference_bundles.sequence <= $2",
                bundle.Name, bundle.Sequence, bundle.ContentDigest, bundle.Source, bundle.SignerName, bundle.SignerKey, bundle.Removed) == 1;
            if (written)
            {
                Append(session, audit, change, $"bundle {bundle.Name} {bundle.Sequence}", Convert.ToHexStringLower(bundle.ContentDigest));
            }

            return written;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredSigner>> ReadSignersAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoredSigner>>(session => session.Query("SELECT key_id, name, public_key FROM reference_signers ORDER BY name",
            row => new StoredSigner(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2))), cancellationToken);

    /// <inheritdoc/>
    public Task AddSignerAsync(StoredSigner signer, ReferenceEventRecord change, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            session.Execute("INSERT INTO reference_signers (key_id, name, public_key) VALUES ($1, $2, $3)", signer.KeyId, signer.Name, signer.PublicKey);
            Append(session, audit, change, $"signer {signer.Name}", signer.KeyId);
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveSignerAsync(string keyId, ReferenceEventRecord change, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            session.Execute("DELETE FROM reference_signers WHERE key_id = $1", keyId);
            Append(session, audit, change, $"signer {change.Name}", keyId);
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReferenceEventRecord>> ReadEventsAsync(long before, int limit, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ReferenceEventRecord>>(session => session.Query(
            "SELECT number, at, actor, action, name, sequence, changes FROM reference_events WHERE number < $1 ORDER BY number DESC LIMIT $2", ReadEvent, before, limit), cancellationToken);

    private static void Append(StoreSession session, AuditLog audit, ReferenceEventRecord change, string subject, string digest)
    {
        session.Execute("INSERT INTO reference_events (at, actor, action, name, sequence, changes) VALUES ($1, $2, $3, $4, $5, $6)",
            change.At.ToUnixTimeMilliseconds(), change.Actor, change.Action, change.Name, change.Sequence, change.Changes);
        audit.Append(change.At, AuditKinds.References, subject, change.Actor, change.Action == ReferenceActions.Set ? digest : $"{change.Action} {digest}");
    }

    private static ReferenceVersion? LastReferences(StoreSession session) =>
        session.Query("SELECT version, document FROM reference_documents ORDER BY version DESC LIMIT 1",
            row => new ReferenceVersion(row.GetInt64(0), row.GetFieldValue<byte[]>(1))) is [var last] ? last : null;

    private static StoredBundle ReadBundle(DbDataReader row) => new()
    {
        Name = row.GetString(0),
        Sequence = row.GetInt64(1),
        ContentDigest = row.GetFieldValue<byte[]>(2),
        Source = row.GetFieldValue<byte[]>(3),
        SignerName = row.GetString(4),
        SignerKey = row.GetFieldValue<byte[]>(5),
        Removed = row.IsDBNull(6) ? null : row.GetString(6),
    };

    private static ReferenceEventRecord ReadEvent(DbDataReader row) => new()
    {
        Number = row.GetInt64(0),
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        Actor = row.GetString(2),
        Action = row.GetString(3),
        Name = row.GetString(4),
        Sequence = row.IsDBNull(5) ? null : row.GetInt64(5),
        Changes = row.GetString(6),
    };
}

/// <summary>What can be done to reference values, as history and interface say it.</summary>
internal static class ReferenceActions
{
    /// <summary>The operators' own document was replaced.</summary>
    public const string Set = "set";

    /// <summary>A signed bundle was imported.</summary>
    public const string Imported = "imported";

    /// <summary>A bundle was removed.</summary>
    public const string Removed = "removed";

    /// <summary>A signer was allowed.</summary>
    public const string SignerAdded = "signer-added";

    /// <summary>A signer was taken back.</summary>
    public const string SignerRemoved = "signer-removed";
}
