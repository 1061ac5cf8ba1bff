using System.Security.Cryptography;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// A session with nonces that roll on with each command, and a key where it was salted or bound: commands and responses carry an HMAC, and their first
/// parameters can be encrypted. Flushed when disposed of.
/// </summary>
public abstract class KeyedSession : TpmSession, IDisposable
{
    private readonly TpmClient _client;
    private readonly Handle _handle;
    private readonly SessionOptions _options;
    private readonly byte[] _sessionKey;
    private byte[] _authValue = [];
    private byte[] _nonceCaller;
    private byte[] _nonceTpm;
    private bool _isFlushed;

    private protected KeyedSession(TpmClient client, SessionOptions options, SessionStart start)
    {
        _client = client;
        _options = options;
        _handle = start.Handle;
        _nonceCaller = start.NonceCaller;
        _nonceTpm = start.NonceTpm;
        _sessionKey = start.SessionKey;
    }

    /// <inheritdoc/>
    public sealed override Handle Handle => _handle;

    /// <summary>The TPM's last nonce.</summary>
    internal byte[] NonceTpm => _nonceTpm;

    /// <summary>The auth value of the handles that this session authorises from now on; empty at first.</summary>
    public void UseAuthValue(ReadOnlySpan<byte> auth)
    {
        CryptographicOperations.ZeroMemory(_authValue);
        _authValue = AuthValues.Trim(auth);
    }

    /// <summary>Flushes the session in the TPM and forgets its secrets.</summary>
    public void Dispose()
    {
        if (_isFlushed)
        {
            return;
        }

        _isFlushed = true;
        _client.TryFlush(_handle);
        CryptographicOperations.ZeroMemory(_sessionKey);
        CryptographicOperations.ZeroMemory(_authValue);
        GC.SuppressFinalize(this);
    }

    internal sealed override bool EncryptsCommand => _options.EncryptCommands;

    internal sealed override bool EncryptsResponse => _options.EncryptResponses;

    internal sealed override bool CoversNames => true;

    internal sealed override void Begin()
    {
        ObjectDisposedException.ThrowIf(_isFlushed, this);
        _nonceCaller = RandomNumberGenerator.GetBytes(_options.Hash.DigestSize());
    }

    internal sealed override void Authorize(ref TpmWriter writer, in SessionUse use, in CommandContent content)
    {
        writer.WriteUInt32(_handle.Value);
        writer.WriteSized(_nonceCaller);
        writer.WriteByte((byte)use.Attributes);
        writer.WriteSized(Hmac(content.Hash(_options.Hash), _nonceCaller, _nonceTpm, use));
    }

    internal sealed override bool Check(ref TpmReader reader, in SessionUse use, in ResponseContent content)
    {
        var nonceTpm = reader.ReadSized("nonceTPM", WireLimits.MaxNonceBytes).ToArray();
        var attributes = (SessionAttributes)reader.ReadByte("sessionAttributes");
        var received = reader.ReadSized("hmac", WireLimits.MaxDigestBytes);
        var expected = Hmac(content.Hash(_options.Hash), nonceTpm, _nonceCaller, use with { Attributes = attributes, OtherNonces = [] });
        if (!CryptographicOperations.FixedTimeEquals(expected, received))
        {
            return false;
        }

        _nonceTpm = nonceTpm;
        return true;
    }

    internal sealed override void EncryptCommand(Span<byte> parameter, in SessionUse use)
    {
        var (key, iv) = ParameterKey(_nonceCaller, _nonceTpm, use);
        AesCfb.Encrypt(key, iv, parameter);
        CryptographicOperations.ZeroMemory(key);
    }

    internal sealed override void DecryptResponse(Span<byte> parameter, in SessionUse use)
    {
        var (key, iv) = ParameterKey(_nonceTpm, _nonceCaller, use);
        AesCfb.Decrypt(key, iv, parameter);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Whether the HMAC that authorises the entity of this name is keyed with its auth value too.</summary>
    private protected abstract bool KeysHmacWithAuthOf(TpmName name);

    /// <summary>Whether the HMAC is left out where there is nothing to key it with.</summary>
    private protected abstract bool MayLeaveOutHmac { get; }

    // Part 1, 19.6.5: HMAC(sessionKey || authValue, pHash || nonceNewer || nonceOlder || nonces of encrypting sessions || sessionAttributes).
    private byte[] Hmac(byte[] contentHash, byte[] nonceNewer, byte[] nonceOlder, in SessionUse use)
    {
        byte[] key = use.Authorizes is { } name && KeysHmacWithAuthOf(name) ? [.. _sessionKey, .. _authValue] : [.. _sessionKey];
        if (key.Length == 0 && MayLeaveOutHmac)
        {
            return [];
        }

        using var hmac = IncrementalHash.CreateHMAC(_options.Hash.ToHashAlgorithmName(), key);
        CryptographicOperations.ZeroMemory(key);
        hmac.AppendData(contentHash);
        hmac.AppendData(nonceNewer);
        hmac.AppendData(nonceOlder);
        hmac.AppendData(use.OtherNonces);
        hmac.AppendData([(byte)use.Attributes]);
        return hmac.GetHashAndReset();
    }

    // Part 1, 21.3: KDFa(sessionAlg, sessionKey || authValue, "CFB", nonceNewer, nonceOlder). The auth value counts even where the session is bound to it.
    private (byte[] Key, byte[] Iv) ParameterKey(byte[] nonceNewer, byte[] nonceOlder, in SessionUse use)
    {
        byte[] value = use.Authorizes is null ? [.. _sessionKey] : [.. _sessionKey, .. _authValue];
        var stream = Kdf.KdfA(_options.Hash, value, "CFB", nonceNewer, nonceOlder, 8 * (ParameterKeyBytes + AesBlockBytes));
        CryptographicOperations.ZeroMemory(value);
        var split = (stream[..ParameterKeyBytes], stream[ParameterKeyBytes..]);
        CryptographicOperations.ZeroMemory(stream);
        return split;
    }

    /// <summary>AES-128 in CFB mode.</summary>
    internal static SymmetricDefinition ParameterCipher { get; } = new(AlgorithmId.Aes, 8 * ParameterKeyBytes, AlgorithmId.Cfb);

    private const int ParameterKeyBytes = 16;
    private const int AesBlockBytes = 16;
}
