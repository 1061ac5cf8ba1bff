using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Signing;

/// <summary>
/// The keys that results are signed with. A file's name says when its key was made, and from that follows everything: a key is published a day
/// before it signs, and stays published until no result of it can still be valid.
/// </summary>
internal sealed class SigningKeyRing : IDisposable
{
    private readonly IReadOnlyList<RingKey> _keys;

    private SigningKeyRing(IReadOnlyList<RingKey> keys, RingKey current)
    {
        _keys = keys;
        Current = current;
        Published = new JsonWebKeySet { Keys = [.. keys.Select(key => key.PublicKey)] };
    }

    /// <summary>How long a key is published before it signs: readers that keep the key set for a day know it by then.</summary>
    public static TimeSpan Announced { get; } = TimeSpan.FromDays(1);

    /// <summary>The key that signs now.</summary>
    public RingKey Current { get; }

    /// <summary>All keys that results may be checked with.</summary>
    public JsonWebKeySet Published { get; }

    /// <summary>Reads the keys of a folder, makes what is due, removes what has served; called at the start and once an hour.</summary>
    public static SigningKeyRing Load(string folder, TimeSpan lifetime, DateTimeOffset now)
    {
        var names = Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0 || MadeAt(names[^1]) + lifetime <= now)
        {
            names.Add(Create(folder, now));
        }

        // The last key whose time has come; at the very first start the only one.
        var current = Math.Max(0, names.FindLastIndex(name => MadeAt(name) + Announced <= now));
        for (; current > 0 && MadeAt(names[current]) + Announced + MaxResultLifetime + Announced <= now; current--)
        {
            File.Delete(names[current - 1]);
            names.RemoveAt(current - 1);
        }

        List<RingKey> keys = [.. names.Select(Read)];
        return new SigningKeyRing(keys, keys[current]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Key.Dispose();
        }
    }

    private static string Create(string folder, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = Path.Combine(folder, now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + Extension);
        PrivateFile.Create(path, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        return path;
    }

    private static RingKey Read(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(PrivateFile.Read(path)));
            // RFC 7518 3.4: ES256 is P-256 and nothing else.
            return key.ExportParameters(false).Curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256"
                ? new RingKey(key, JsonWebKey.From(key))
                : throw new SetupException($"{path}: results are signed with P-256 keys, this one is another kind");
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new SetupException($"{path}: is no private key in PEM: {refused.Message}");
        }
    }

    private static DateTimeOffset MadeAt(string path) =>
        DateTimeOffset.TryParseExact(Path.GetFileNameWithoutExtension(path), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var made)
            ? made
            : throw new SetupException($"{path}: a signing key's name is the time when it was made, e.g. 20261125T160000Z{Extension}");

    private const string Extension = ".pem";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private static readonly TimeSpan MaxResultLifetime = TimeSpan.FromHours(1);
}

/// <summary>One signing key.</summary>
/// <param name="Key">The private key.</param>
/// <param name="PublicKey">What readers get.</param>
internal sealed record RingKey(ECDsa Key, JsonWebKey PublicKey);
