using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Signing;

/// <summary>Where the private halves of signing keys are.</summary>
internal interface IKeyVault
{
    /// <summary>Its name in the database.</summary>
    string Place { get; }

    /// <summary>Makes a P-256 key; the bytes lead back to it.</summary>
    (JsonWebKey PublicKey, byte[] Secret) Create(string purpose);

    /// <summary>A key that was made here; <see cref="KeyUnavailableException"/> where it cannot be used.</summary>
    ECDsa Open(StoredKey key);

    /// <summary>Forgets a key that has served.</summary>
    void Destroy(StoredKey key);
}
