namespace Shype.Attest.Verifier.Store;

/// <summary>The verifiers' own keys, none of them in clear.</summary>
internal interface IKeyStore
{
    /// <summary>Whether other verifiers write to this store as well.</summary>
    bool IsShared { get; }

    /// <summary>All keys, of each purpose in the order in which they sign.</summary>
    Task<IReadOnlyList<StoredKey>> ReadKeysAsync(CancellationToken cancellationToken);

    /// <summary>Changes the keys of a purpose if they are still those that were expected; false where they are not.</summary>
    Task<bool> ChangeKeysAsync(KeyChange change, CancellationToken cancellationToken);

    /// <summary>Replaces the secrets of keys by the same under another key-encryption key.</summary>
    Task RewrapKeysAsync(IReadOnlyList<(string Id, byte[] Secret)> secrets, CancellationToken cancellationToken);
}

/// <summary>One key.</summary>
/// <param name="Id">Its id: the thumbprint of the public half (RFC 7638) where there is one.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Place">Where its secret is.</param>
/// <param name="Made">When it was made.</param>
/// <param name="From">From when on it signs.</param>
/// <param name="Actor">Who had it made.</param>
/// <param name="PublicKey">The public half as JSON Web Key; null for challenges.</param>
/// <param name="Secret">The secret under the key-encryption key, or where the token has it.</param>
internal sealed record StoredKey(string Id, string Purpose, string Place, DateTimeOffset Made, DateTimeOffset From, string Actor, byte[]? PublicKey, byte[] Secret);

/// <summary>One decision about the keys of a purpose.</summary>
internal sealed record KeyChange
{
    /// <summary>The purpose.</summary>
    public required string Purpose { get; init; }

    /// <summary>The keys that there are, as who decided saw them.</summary>
    public required IReadOnlyList<string> Expected { get; init; }

    /// <summary>A new key.</summary>
    public StoredKey? Add { get; init; }

    /// <summary>A key to take away.</summary>
    public string? Remove { get; init; }

    /// <summary>A key that waits, and from when on it shall sign.</summary>
    public (string Id, DateTimeOffset From)? Begin { get; init; }

    /// <summary>Who decided.</summary>
    public required string Actor { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
