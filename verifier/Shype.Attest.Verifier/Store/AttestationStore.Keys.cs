namespace Shype.Attest.Verifier.Store;

// The verifiers' own keys.
internal sealed partial class AttestationStore : IKeyStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredKey>> ReadKeysAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoredKey>>(
            session => session.Query("SELECT id, purpose, place, made_at, signs_from, actor, jwk, secret FROM ring_keys ORDER BY purpose, signs_from, id",
                row => new StoredKey(row.GetString(0), row.GetString(1), row.GetString(2), Time(row, 3)!.Value, Time(row, 4)!.Value, row.GetString(5),
                    row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6), row.GetFieldValue<byte[]>(7))),
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ChangeKeysAsync(KeyChange change, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            // Of two verifiers that both find a key due, the second finds that it is there.
            var found = session.Query("SELECT id FROM ring_keys WHERE purpose = $1 ORDER BY signs_from, id", row => row.GetString(0), change.Purpose);
            if (!found.SequenceEqual(change.Expected, StringComparer.Ordinal))
            {
                return false;
            }

            if (change.Remove is { } removed)
            {
                session.Execute("DELETE FROM ring_keys WHERE id = $1", removed);
                Append($"key {removed} taken away");
            }

            if (change.Begin is { } begin)
            {
                session.Execute("UPDATE ring_keys SET signs_from = $2 WHERE id = $1", begin.Id, begin.From.ToUnixTimeMilliseconds());
                Append($"key {begin.Id} signs from {begin.From:O}");
            }

            if (change.Add is { } key)
            {
                session.Execute("INSERT INTO ring_keys (id, purpose, place, made_at, signs_from, actor, jwk, secret) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    key.Id, key.Purpose, key.Place, key.Made.ToUnixTimeMilliseconds(), key.From.ToUnixTimeMilliseconds(), key.Actor, key.PublicKey, key.Secret);
                Append($"key {key.Id} made in {key.Place}, signs from {key.From:O}");
            }

            return true;

            void Append(string detail) => audit.Append(change.At, AuditKinds.Keys, change.Purpose, change.Actor, detail);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task RewrapKeysAsync(IReadOnlyList<(string Id, byte[] Secret)> secrets, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => secrets.Sum(key => session.Execute("UPDATE ring_keys SET secret = $2 WHERE id = $1", key.Id, key.Secret)), cancellationToken);
}
