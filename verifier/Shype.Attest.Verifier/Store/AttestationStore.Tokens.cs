using System.Data.Common;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// Tokens of people and programs.
internal sealed partial class AttestationStore : ITokenStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredToken>> ReadTokensAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoredToken>>(
            session => session.Query("SELECT digest, name, role, made_at, actor, expires_at, used_at FROM access_tokens ORDER BY name", ReadToken), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AddTokenAsync(StoredToken token, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            var info = token.Info;
            if (session.Execute("INSERT INTO access_tokens (digest, name, role, made_at, actor, expires_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                    token.Digest, info.Name, info.Role, info.Made.ToUnixTimeMilliseconds(), info.By, info.Expires?.ToUnixTimeMilliseconds()) == 0)
            {
                return false;
            }

            audit.Append(info.Made, AuditKinds.Access, info.Name, info.By, $"token for {info.Role} until {(info.Expires is { } end ? $"{end:O}" : "removed")}");
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveTokenAsync(string name, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            if (session.Execute("DELETE FROM access_tokens WHERE name = $1", name) == 0)
            {
                return false;
            }

            audit.Append(at, AuditKinds.Access, name, actor, "token removed");
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task KeepUsesAsync(IReadOnlyList<(string Name, DateTimeOffset At)> uses, CancellationToken cancellationToken) =>
        _writer.WriteAsync(
            (session, _) => uses.Sum(use => session.Execute("UPDATE access_tokens SET used_at = $2 WHERE name = $1", use.Name, use.At.ToUnixTimeMilliseconds())), cancellationToken);

    private static StoredToken ReadToken(DbDataReader row) => new(row.GetFieldValue<byte[]>(0), new TokenInfo
    {
        Name = row.GetString(1), Role = row.GetString(2), Made = Time(row, 3)!.Value, By = row.GetString(4), Expires = Time(row, 5), LastUsed = Time(row, 6),
    });

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
