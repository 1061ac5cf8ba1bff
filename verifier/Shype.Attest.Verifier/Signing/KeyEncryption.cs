using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Signing;

/// <summary>
/// The key-encryption keys of a file that all verifiers on one database have: one a line, 32 bytes in base64. The first encrypts, all decrypt, so that
/// a new one can be put before the old one.
/// </summary>
internal sealed class KeyEncryption
{
    private readonly IReadOnlyList<byte[]> _keys;
    private readonly string _file;

    private KeyEncryption(IReadOnlyList<byte[]> keys, string file) => (_keys, _file) = (keys, file);

    /// <summary>Reads the file, or makes it first where it is in the state folder.</summary>
    public static KeyEncryption Load(string file, bool makes)
    {
        var content = makes ? PrivateFile.ReadOrCreate(file, () => Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n")) : PrivateFile.Read(file);
        var lines = Encoding.ASCII.GetString(content).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        List<byte[]> keys = [];
        foreach (var (line, index) in lines.Select((line, index) => (line, index)))
        {
            var key = new byte[KeyBytes];
            keys.Add(Convert.TryFromBase64String(line, key, out var length) && length == KeyBytes
                ? key
                : throw new SetupException($"{file}: line {index + 1} is not {KeyBytes} bytes in base64; openssl rand -base64 32 makes such a line"));
        }

        return keys.Count > 0 ? new KeyEncryption(keys, file) : throw new SetupException($"{file}: holds no key-encryption key; openssl rand -base64 32 > {file} makes one");
    }

    /// <summary>Encrypts a secret, bound to what it is for: one row's secret never serves as another's.</summary>
    public byte[] Wrap(string purpose, string id, ReadOnlySpan<byte> secret)
    {
        var wrapped = new byte[Overhead + secret.Length];
        Fingerprint(_keys[0]).CopyTo(wrapped, 0);
        var nonce = wrapped.AsSpan(FingerprintBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_keys[0], TagBytes);
        cipher.Encrypt(nonce, secret, wrapped.AsSpan(Overhead), wrapped.AsSpan(FingerprintBytes + NonceBytes, TagBytes), Context(purpose, id));
        return wrapped;
    }

    /// <summary>Decrypts a secret.</summary>
    public byte[] Unwrap(StoredKey key)
    {
        var wrapped = key.Secret;
        var found = wrapped.Length <= Overhead ? null : _keys.FirstOrDefault(known => Fingerprint(known).AsSpan().SequenceEqual(wrapped.AsSpan(0, FingerprintBytes)));
        if (found is null)
        {
            throw new KeyUnavailableException(
                $"key {key.Id} of {key.Purpose} is encrypted under a key that {_file} does not hold: all verifiers on one database need the same file ({nameof(VerifierOptions.KeyEncryptionKeyFile)})");
        }

        var secret = new byte[wrapped.Length - Overhead];
        try
        {
            using var cipher = new AesGcm(found, TagBytes);
            cipher.Decrypt(wrapped.AsSpan(FingerprintBytes, NonceBytes), wrapped.AsSpan(Overhead), wrapped.AsSpan(FingerprintBytes + NonceBytes, TagBytes), secret, Context(key.Purpose, key.Id));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new KeyUnavailableException($"key {key.Id} of {key.Purpose}: what the database holds of it was changed");
        }

        return secret;
    }

    /// <summary>Whether a secret is under another key than the first.</summary>
    public bool IsOutdated(StoredKey key) => !Fingerprint(_keys[0]).AsSpan().SequenceEqual(key.Secret.AsSpan(0, FingerprintBytes));

    private static byte[] Fingerprint(byte[] key) => HMACSHA256.HashData(key, "shype key-encryption key"u8)[..FingerprintBytes];

    // Neither purposes nor ids have line ends.
    private static byte[] Context(string purpose, string id) => Encoding.UTF8.GetBytes($"shype ring key\n{purpose}\n{id}");

    private const int KeyBytes = 32;
    private const int FingerprintBytes = 8;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Overhead = FingerprintBytes + NonceBytes + TagBytes;
}
