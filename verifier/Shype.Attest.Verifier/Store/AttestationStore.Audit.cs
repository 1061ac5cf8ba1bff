using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Verifier.Store;

// The audit, read.
internal sealed partial class AttestationStore : IAuditStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditEntry>> ReadAuditBeforeAsync(long before, string? subject, int limit, CancellationToken cancellationToken) =>
        ReadAsync(session => AuditRows.Before(session, before, subject, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<AuditStretch> ReadAuditAsync(long after, long upTo, int limit, CancellationToken cancellationToken) =>
        ReadAsync(session => AuditRows.Between(session, after, upTo, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<AuditTop> ReadAuditTopAsync(CancellationToken cancellationToken) => ReadAsync(session => session.ReadAtOnce(ReadTop), cancellationToken);

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
        ReadAsync(session => session.ReadAtOnce(FindBreak), cancellationToken);

    private AuditTop ReadTop(StoreSession session)
    {
        var last = AuditRows.Last(session);
        return new AuditTop(last.Number, last.Hash, AuditRows.KeyedUntil(session), _chain.IsMarked(last, AuditRows.Mark(session)));
    }

    // What is read alone comes before the stream: one connection answers one question at a time.
    private string? FindBreak(StoreSession session)
    {
        var (keyedUntil, mark) = (AuditRows.KeyedUntil(session), AuditRows.Mark(session));
        return _chain.FindBreak(AuditRows.All(session), keyedUntil, mark);
    }
}
