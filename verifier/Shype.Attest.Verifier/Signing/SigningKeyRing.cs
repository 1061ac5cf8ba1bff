using Shype.Attest.Protocol;

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
        var names = SigningKeyFile.In(folder);
        if (names.Count == 0 || SigningKeyFile.MadeAt(names[^1]) + lifetime <= now)
        {
            names.Add(SigningKeyFile.Create(folder, now));
        }

        // The last key whose time has come; at the very first start the only one.
        var current = Math.Max(0, names.FindLastIndex(name => SigningKeyFile.MadeAt(name) + Announced <= now));
        for (; current > 0 && SigningKeyFile.MadeAt(names[current]) + Announced + MaxResultLifetime + Announced <= now; current--)
        {
            File.Delete(names[current - 1]);
            names.RemoveAt(current - 1);
        }

        List<RingKey> keys = [.. names.Select(SigningKeyFile.Read)];
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

    private static readonly TimeSpan MaxResultLifetime = TimeSpan.FromHours(1);
}
