using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Signing;

/// <summary>Private keys that are kept encrypted in the database, for all verifiers on it.</summary>
internal sealed class DatabaseVault(KeyEncryption encryption) : IKeyVault
{
    /// <summary>The vault's name.</summary>
    public const string Name = "database";

    /// <inheritdoc/>
    public string Place => Name;

    /// <inheritdoc/>
    public (JsonWebKey PublicKey, byte[] Secret) Create(string purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (JsonWebKey.From(key), Keep(purpose, key));
    }

    /// <summary>Encrypts a key that was made elsewhere.</summary>
    public byte[] Keep(string purpose, ECDsa key)
    {
        var secret = key.ExportPkcs8PrivateKey();
        try
        {
            return encryption.Wrap(purpose, JsonWebKey.From(key).KeyId!, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <inheritdoc/>
    public ECDsa Open(StoredKey key)
    {
        var secret = encryption.Unwrap(key);
        var opened = ECDsa.Create();
        try
        {
            opened.ImportPkcs8PrivateKey(secret, out _);
            return opened;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <inheritdoc/>
    public void Destroy(StoredKey key)
    {
        // It went with its row.
    }
}
