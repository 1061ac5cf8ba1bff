using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>Tokens of people and programs, as digests.</summary>
internal interface ITokenStore
{
    /// <summary>All of them.</summary>
    Task<IReadOnlyList<StoredToken>> ReadTokensAsync(CancellationToken cancellationToken);

    /// <summary>Keeps one; false where the name is taken.</summary>
    Task<bool> AddTokenAsync(StoredToken token, CancellationToken cancellationToken);

    /// <summary>Takes one away; false where there is none of this name.</summary>
    Task<bool> RemoveTokenAsync(string name, string actor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Keeps when tokens were last used.</summary>
    Task KeepUsesAsync(IReadOnlyList<(string Name, DateTimeOffset At)> uses, CancellationToken cancellationToken);
}

/// <summary>A token.</summary>
/// <param name="Digest">SHA-256 of it.</param>
/// <param name="Info">All else, without the token.</param>
internal sealed record StoredToken(byte[] Digest, TokenInfo Info);
