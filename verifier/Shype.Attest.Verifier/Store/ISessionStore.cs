using Shype.Attest.Protocol.Veraison;

namespace Shype.Attest.Verifier.Store;

/// <summary>Sessions of the challenge-response interface. Each is seen by its owner alone, and not after its end.</summary>
internal interface ISessionStore
{
    /// <summary>Keeps a new one; false where its owner has as many as are allowed.</summary>
    Task<bool> OpenSessionAsync(StoredSession session, int most, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>One of an owner's; null where there is none that lives.</summary>
    Task<StoredSession?> ReadSessionAsync(string id, string owner, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Spends the nonce: true for one caller, whichever verifier he asks, and never again.</summary>
    Task<bool> SpendSessionAsync(string id, string owner, DateTimeOffset expires, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Keeps what came of it; nothing where it was deleted meanwhile.</summary>
    Task EndSessionAsync(StoredSession session, CancellationToken cancellationToken);

    /// <summary>Takes one of an owner's away.</summary>
    Task DeleteSessionAsync(string id, string owner, CancellationToken cancellationToken);
}

/// <summary>A session as it is kept.</summary>
/// <param name="Id">Its id, a UUID.</param>
/// <param name="Owner">Who opened it.</param>
/// <param name="Nonce">What the evidence must answer.</param>
/// <param name="Profile">The EAR profile of its result.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Expires">From then on it is gone.</param>
internal sealed record StoredSession(string Id, string Owner, byte[] Nonce, string Profile, SessionStatus Status, DateTimeOffset Expires)
{
    /// <summary>The evidence as it came.</summary>
    public SessionEvidence? Evidence { get; init; }

    /// <summary>The signed result.</summary>
    public string? Result { get; init; }
}
