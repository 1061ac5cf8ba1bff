using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>What the dashboard reads a page at a time, and who is signed in to it.</summary>
internal interface IDashboardStore
{
    /// <summary>How many hosts there are in each state; states that no host is in are left out.</summary>
    Task<IReadOnlyDictionary<WatchState, long>> CountStatesAsync(CancellationToken cancellationToken);

    /// <summary>The ids of all hosts in a state.</summary>
    Task<IReadOnlyList<string>> ReadHostIdsAsync(WatchState state, CancellationToken cancellationToken);

    /// <summary>The ids of hosts in a state, by name, after one of them.</summary>
    Task<IReadOnlyList<string>> ReadHostIdsByNameAsync(WatchState state, string after, int limit, CancellationToken cancellationToken);

    /// <summary>Verdicts about a host before a number, the newest first.</summary>
    Task<IReadOnlyList<VerdictRow>> ReadVerdictsAsync(string hostId, long before, int limit, CancellationToken cancellationToken);

    /// <summary>One verdict about a host with evidence and result; the last one without a number. Null where it is not kept.</summary>
    Task<KeptVerdict?> ReadVerdictAsync(string hostId, long? number, CancellationToken cancellationToken);

    /// <summary>The pieces of a host's own log that hold some of these records, in order.</summary>
    Task<IReadOnlyList<LogPiece>> ReadLogAsync(string hostId, long first, long next, CancellationToken cancellationToken);

    /// <summary>How many records of a host's own log are kept.</summary>
    Task<long> CountLogAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Somebody signed in.</summary>
    Task AddSessionAsync(SignedIn session, string actor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The session with this digest; null where there is none.</summary>
    Task<SignedIn?> ReadSessionAsync(byte[] digest, CancellationToken cancellationToken);

    /// <summary>Somebody signed out.</summary>
    Task RemoveSessionAsync(byte[] digest, CancellationToken cancellationToken);
}

/// <summary>A verdict in a list.</summary>
internal sealed record VerdictRow(long Number, DateTimeOffset At, TrustTier Status);

/// <summary>A verdict as it is kept.</summary>
internal sealed record KeptVerdict(VerdictRow Row, byte[] EvidenceDigest, byte[] Evidence, string Result);

/// <summary>Somebody who is signed in to the dashboard.</summary>
/// <param name="Digest">SHA-256 of the cookie.</param>
/// <param name="TokenDigest">SHA-256 of the access token that it stands for.</param>
/// <param name="Ends">Until when.</param>
internal sealed record SignedIn(byte[] Digest, byte[] TokenDigest, DateTimeOffset Ends);
