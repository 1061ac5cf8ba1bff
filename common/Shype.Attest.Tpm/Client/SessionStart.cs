using System.Security.Cryptography;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>A session just started: handle, nonces, the key that both sides computed, and the name of the entity that it is bound to.</summary>
internal sealed record SessionStart(Handle Handle, byte[] NonceCaller, byte[] NonceTpm, byte[] SessionKey, TpmName? Bound)
{
    public static SessionStart With(TpmClient client, SessionType type, SessionOptions options)
    {
        var nonceCaller = RandomNumberGenerator.GetBytes(options.Hash.DigestSize());
        var bound = options.Bind is { } entity ? client.NameOf(entity.Handle) : null;
        var (salt, encryptedSalt) = options.Salt is { } to ? SecretSharing.Make(to.Public, "SECRET") : ([], []);
        var started = client.Execute(new StartAuthSessionCommand(
            options.Salt?.Key ?? Handle.Null, options.Bind?.Handle ?? Handle.Null, nonceCaller, encryptedSalt, type, KeyedSession.ParameterCipher, options.Hash));
        var key = Key(options, salt, started.NonceTpm, nonceCaller);
        CryptographicOperations.ZeroMemory(salt);
        return new SessionStart(started.Session, nonceCaller, started.NonceTpm, key, bound);
    }

    // Part 1, 19.6.8: KDFa(sessionAlg, bind.authValue || salt, "ATH", nonceTPM, nonceCaller, bits), and nothing where there is neither.
    private static byte[] Key(SessionOptions options, byte[] salt, byte[] nonceTpm, byte[] nonceCaller)
    {
        if (options.Salt is null && options.Bind is null)
        {
            return [];
        }

        byte[] secret = [.. AuthValues.Trim(options.Bind is { } bind ? bind.Auth.Span : []), .. salt];
        var key = Kdf.KdfA(options.Hash, secret, "ATH", nonceTpm, nonceCaller, 8 * options.Hash.DigestSize());
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }
}
