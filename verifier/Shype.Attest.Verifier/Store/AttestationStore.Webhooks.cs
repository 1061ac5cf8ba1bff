using System.Data.Common;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// Who is told of changes of hosts' states.
internal sealed partial class AttestationStore : IWebhookStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredWebhook>> ReadWebhooksAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoredWebhook>>(session => session.Query($"SELECT {WebhookColumns} FROM webhooks ORDER BY name", ReadWebhook), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AddWebhookAsync(StoredWebhook webhook, int most, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            var made = webhook.Made.ToUnixTimeMilliseconds();
            if ((long)session.Scalar("SELECT count(*) FROM webhooks")! >= most
                || session.Execute("INSERT INTO webhooks (name, url, states, salt, key_id, made_at, actor, after, next_at) "
                    + "VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT coalesce(max(number), 0) FROM host_events), $6) ON CONFLICT DO NOTHING",
                    webhook.Name, webhook.Url, string.Join(' ', webhook.States.Select(WatchRows.TextOf)), webhook.Salt, webhook.KeyId, made, webhook.Actor) == 0)
            {
                return false;
            }

            audit.Append(webhook.Made, AuditKinds.Webhook, webhook.Name, webhook.Actor, $"webhook to {webhook.Url}");
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveWebhookAsync(string name, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            if (session.Execute("DELETE FROM webhooks WHERE name = $1", name) == 0)
            {
                return false;
            }

            audit.Append(at, AuditKinds.Webhook, name, actor, "webhook removed");
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredWebhook>> ClaimWebhooksAsync(string holder, string keyId, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        var at = now.ToUnixTimeMilliseconds();
        // A look first, so that nothing is written while nothing waits.
        return await ReadAsync(session => session.Scalar($"SELECT 1 FROM webhooks WHERE {Waiting} LIMIT 1", at, keyId), cancellationToken) is null
            ? []
            : await _writer.WriteAsync((session, _) => session.Query(
                $"UPDATE webhooks SET lease_by = $3, lease_until = $4 WHERE name IN (SELECT name FROM webhooks WHERE {Waiting}{_database.SkipLocked}) RETURNING {WebhookColumns}",
                ReadWebhook, at, keyId, holder, (now + lease).ToUnixTimeMilliseconds()), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<HostEvent?> ReadNextEventAsync(StoredWebhook webhook, CancellationToken cancellationToken) =>
        ReadAsync(session => WatchRows.Next(session, webhook.After, webhook.States), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> KeepDeliveryAsync(WebhookProgress progress, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => session.Execute(
            "UPDATE webhooks SET after = $3, attempts = $4, next_at = $5, lease_until = $6, lease_by = CASE WHEN $7 = 1 THEN lease_by END, "
            + "delivered = delivered + $8, delivered_at = CASE WHEN $8 = 1 THEN $9 ELSE delivered_at END, dropped = dropped + $10, last_error = $11 WHERE name = $1 AND lease_by = $2",
            progress.Name, progress.Holder, progress.After, progress.Attempts, progress.Next.ToUnixTimeMilliseconds(), progress.Lease?.ToUnixTimeMilliseconds() ?? 0L,
            progress.Lease is null ? 0 : 1, progress.DeliveredAt is null ? 0 : 1, progress.DeliveredAt?.ToUnixTimeMilliseconds() ?? 0L, progress.Dropped, progress.Error) == 1, cancellationToken);

    private static StoredWebhook ReadWebhook(DbDataReader row) => new()
    {
        Name = row.GetString(0),
        Url = row.GetString(1),
        States = [.. row.GetString(2).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(WatchRows.StateOf)],
        Salt = row.GetFieldValue<byte[]>(3),
        KeyId = row.GetString(4),
        Made = Time(row, 5)!.Value,
        Actor = row.GetString(6),
        After = row.GetInt64(7),
        Attempts = (int)row.GetInt64(8),
        Next = Time(row, 9)!.Value,
        Delivered = row.GetInt64(10),
        Dropped = row.GetInt64(11),
        DeliveredAt = Time(row, 12),
        LastError = row.IsDBNull(13) ? null : row.GetString(13),
    };

    private const string WebhookColumns = "name, url, states, salt, key_id, made_at, actor, after, attempts, next_at, delivered, dropped, delivered_at, last_error";

    private const string Waiting =
        "key_id = $2 AND next_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) AND after < (SELECT max(number) FROM host_events)";
}
