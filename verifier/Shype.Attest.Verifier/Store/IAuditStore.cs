using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Verifier.Store;

/// <summary>The audit as it is read: records are written by the decisions that they are about, in the same transaction.</summary>
internal interface IAuditStore
{
    /// <summary>Records before a number, the newest first; only those about one subject where one is named.</summary>
    Task<IReadOnlyList<AuditEntry>> ReadAuditBeforeAsync(long before, string? subject, int limit, CancellationToken cancellationToken);

    /// <summary>Records after a number and up to another, in order, with the heads that were signed behind them.</summary>
    Task<AuditStretch> ReadAuditAsync(long after, long upTo, int limit, CancellationToken cancellationToken);

    /// <summary>Where the audit stands.</summary>
    Task<AuditTop> ReadAuditTopAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a signed head.</summary>
    Task KeepHeadAsync(long number, string token, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The number of the last record that a kept head is of; 0 where there is none.</summary>
    Task<long> ReadLastHeadAsync(CancellationToken cancellationToken);

    /// <summary>Every kept head with the hash that the chain has there now; null where the record is gone.</summary>
    Task<IReadOnlyList<(string Token, byte[]? Hash)>> ReadHeadsAsync(CancellationToken cancellationToken);

    /// <summary>What is wrong with the audit chain; null where it holds.</summary>
    Task<string?> FindAuditBreakAsync(CancellationToken cancellationToken);
}

/// <summary>Where the audit stands.</summary>
/// <param name="Number">The last record; 0 before the first.</param>
/// <param name="Hash">The chain's value after it.</param>
/// <param name="KeyedUntil">Up to which record hashes need the secret key.</param>
/// <param name="IsMarked">Whether the secret key's mark says the same; otherwise somebody else wrote the database, and nothing may be signed.</param>
internal sealed record AuditTop(long Number, byte[] Hash, long KeyedUntil, bool IsMarked);

/// <summary>Records in order, and heads by the number of the record that they are of.</summary>
internal sealed record AuditStretch(IReadOnlyList<AuditEntry> Records, IReadOnlyDictionary<long, string> Heads);
