using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Signing;

/// <summary>One key of the ring, opened where it can be.</summary>
/// <param name="Stored">What the database has of it.</param>
/// <param name="PublicKey">What readers get; null for challenges.</param>
internal sealed record RingKey(StoredKey Stored, JsonWebKey? PublicKey) : IDisposable
{
    /// <summary>The private key of a signing key.</summary>
    public ECDsa? Private { get; init; }

    /// <summary>The secret of a challenge key.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>The private key, or <see cref="KeyUnavailableException"/>.</summary>
    public ECDsa Key => Private ?? throw Unavailable();

    /// <summary>Why it cannot be used now.</summary>
    public KeyUnavailableException Unavailable() => new($"key {Stored.Id} of {Stored.Purpose} in {Stored.Place} cannot be used by this verifier");

    /// <inheritdoc/>
    public void Dispose() => Private?.Dispose();
}

/// <summary>A key that should sign cannot: its token does not answer, or its secret cannot be decrypted here.</summary>
internal sealed class KeyUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
