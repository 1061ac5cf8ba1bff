using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Access;

/// <summary>
/// Tokens of people and programs: three that are made at the first start, as files that only the verifier's owner can read, and those that
/// administrators make. All are in memory; a stranger's costs no look into the store.
/// </summary>
internal sealed class AccessTokens(StateFolder state, ITokenStore store, TimeProvider clock)
{
    private readonly ConcurrentDictionary<TokenDigest, Known> _known = new();

    /// <summary>Reads the tokens, or makes the files first. To replace a file's token: delete the file and restart.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var role in (string[])[Roles.Admin, Roles.Operator, Roles.RelyingParty])
        {
            _known[Load(state.File(role + ".token"))] = new Known(role, role, null) { IsFile = true };
        }

        await FollowAsync(cancellationToken);
    }

    /// <summary>Takes over what administrators made and took away, here or at another verifier on the same store.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var stored = (await store.ReadTokensAsync(cancellationToken)).ToDictionary(token => TokenDigest.Read(token.Digest), token => token.Info);
        foreach (var (digest, known) in _known)
        {
            if (!known.IsFile && !stored.ContainsKey(digest))
            {
                _known.TryRemove(digest, out _);
            }
        }

        foreach (var (digest, info) in stored)
        {
            _known.TryAdd(digest, new Known(info.Name, info.Role, info.Expires) { LastUsed = info.LastUsed });
        }
    }

    /// <summary>Whose token it is and what it allows; null for none, and for one whose time is over.</summary>
    public (string Name, string Role)? Find(TokenDigest token)
    {
        var now = clock.GetUtcNow();
        if (_known.GetValueOrDefault(token) is not { } known || known.Expires <= now)
        {
            return null;
        }

        known.LastUsed = now;
        return (known.Name, known.Role);
    }

    /// <summary>Makes a token; null where its name is taken.</summary>
    public async Task<TokenInfo?> AddAsync(TokenRequest request, string actor, CancellationToken cancellationToken)
    {
        var token = Make();
        var digest = TokenDigest.Of(token);
        var info = new TokenInfo { Name = request.Name, Role = request.Role, Made = clock.GetUtcNow(), By = actor, Expires = request.Expires };
        if (_known.Values.Any(known => known.Name == request.Name) || !await store.AddTokenAsync(new StoredToken(digest.ToBytes(), info), cancellationToken))
        {
            return null;
        }

        _known[digest] = new Known(info.Name, info.Role, info.Expires);
        return info with { Token = token };
    }

    /// <summary>Takes a token away: its next use is refused. False where administrators made none of this name.</summary>
    public async Task<bool> RemoveAsync(string name, string actor, CancellationToken cancellationToken)
    {
        if (!await store.RemoveTokenAsync(name, actor, clock.GetUtcNow(), cancellationToken))
        {
            return false;
        }

        foreach (var (digest, _) in _known.Where(known => known.Value.Name == name))
        {
            _known.TryRemove(digest, out _);
        }

        return true;
    }

    /// <summary>All that administrators made.</summary>
    public async Task<IReadOnlyList<TokenInfo>> ListAsync(CancellationToken cancellationToken)
    {
        await KeepUsesAsync(cancellationToken);
        return [.. (await store.ReadTokensAsync(cancellationToken)).Select(token => token.Info)];
    }

    /// <summary>Keeps when each was used last: not at every use, which would make a read a write.</summary>
    public Task KeepUsesAsync(CancellationToken cancellationToken) => store.KeepUsesAsync(
        [.. _known.Values.Where(known => known.LastUsed is not null).Select(known => (known.Name, known.LastUsed!.Value))], cancellationToken);

    private static TokenDigest Load(string path)
    {
        var file = PrivateFile.ReadOrCreate(path, () => Encoding.ASCII.GetBytes(Make() + "\n"));
        var token = Encoding.ASCII.GetString(file).Trim();
        return token.Length >= MinCharacters
            ? TokenDigest.Of(token)
            : throw new SetupException($"{path}: a token of {token.Length} characters can be guessed, {MinCharacters} are needed; delete the file to have one made");
    }

    private static string Make() => Base64UrlText.Encode(RandomNumberGenerator.GetBytes(TokenBytes));

    private sealed record Known(string Name, string Role, DateTimeOffset? Expires)
    {
        private long _usedTicks;

        // One of the three that are files and not rows.
        public bool IsFile { get; init; }

        // A torn read of a time would be a wrong one.
        public DateTimeOffset? LastUsed
        {
            get => Interlocked.Read(ref _usedTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
            set => Interlocked.Exchange(ref _usedTicks, value?.UtcTicks ?? 0);
        }
    }

    private const int TokenBytes = 32;
    private const int MinCharacters = 32;
}
