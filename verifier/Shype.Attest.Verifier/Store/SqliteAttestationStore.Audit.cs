using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Verifier.Store;

// The audit, read.
internal sealed partial class SqliteAttestationStore : IAuditStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditEntry>> ReadAuditBeforeAsync(long before, string? subject, int limit, CancellationToken cancellationToken) =>
        ReadAsync(session => AuditRows.Before(session, before, subject, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<AuditStretch> ReadAuditAsync(long after, long upTo, int limit, CancellationToken cancellationToken) =>
        ReadAsync(session => AuditRows.Between(session, after, upTo, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<AuditTop> ReadAuditTopAsync(CancellationToken cancellationToken) => ReadAtOnceAsync(
        session =>
        {
            var last = AuditRows.Last(session);
            return new AuditTop(last.Number, last.Hash, AuditRows.KeyedUntil(session), _chain.IsMarked(last, AuditRows.Mark(session)));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task KeepHeadAsync(long number, string token, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => session.Execute("INSERT INTO audit_heads (number, at, token) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING",
            number, at.ToUnixTimeMilliseconds(), token), cancellationToken);

    /// <inheritdoc/>
    public Task<long> ReadLastHeadAsync(CancellationToken cancellationToken) =>
        ReadAsync(session => (long?)session.Scalar("SELECT max(number) FROM audit_heads") ?? 0, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string Token, byte[]? Hash)>> ReadHeadsAsync(CancellationToken cancellationToken) => ReadAsync(AuditRows.Heads, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> FindAuditBreakAsync(CancellationToken cancellationToken) =>
        ReadAtOnceAsync(session => _chain.FindBreak(AuditRows.All(session), AuditRows.KeyedUntil(session), AuditRows.Mark(session)), cancellationToken);

    // One read transaction, so that mark and records are of one moment.
    private Task<T> ReadAtOnceAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken) =>
        ReadAsync(
            session =>
            {
                session.Execute("BEGIN");
                try
                {
                    return read(session);
                }
                finally
                {
                    session.Execute("COMMIT");
                }
            },
            cancellationToken);
}
