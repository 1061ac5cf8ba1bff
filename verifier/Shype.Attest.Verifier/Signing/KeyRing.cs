using System.Collections.Concurrent;
using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Signing;

/// <summary>
/// The verifier's own keys. All verifiers on one database use the same, and each takes up within a second what another one changed. Which key signs
/// follows from the clock at the moment of signing: nobody has to wake up for it.
/// </summary>
internal sealed class KeyRing : IDisposable
{
    private readonly IKeyStore _store;
    private readonly KeyEncryption _encryption;
    private readonly IReadOnlyList<IKeyVault> _vaults;
    private readonly Dictionary<string, KeyTimes> _times;
    private readonly TimeProvider _clock;
    private readonly ILogger<KeyRing> _log;
    private readonly SemaphoreSlim _gate = new(1);
    // Closed at the end only: somebody may be signing with one at this moment, and keys change every few months.
    private readonly ConcurrentDictionary<string, RingKey> _opened = new(StringComparer.Ordinal);
    private volatile Dictionary<string, KeySchedule> _schedules = [];

    /// <summary>An empty ring; <see cref="LoadAsync"/> fills it. New keys are made in the first vault.</summary>
    public KeyRing(IKeyStore store, KeyEncryption encryption, IReadOnlyList<IKeyVault> vaults, VerifierOptions options, TimeProvider clock, ILogger<KeyRing> log)
    {
        (_store, _encryption, _vaults, _clock, _log) = (store, encryption, vaults, clock, log);
        var settling = store.IsShared ? Settling : TimeSpan.Zero;
        _times = new Dictionary<string, KeyTimes>(StringComparer.Ordinal)
        {
            [KeyPurposes.Results] = KeyTimes.OfResults(options.SigningKeyLifetime),
            [KeyPurposes.Audit] = KeyTimes.OfAudit(settling),
            [KeyPurposes.Challenges] = KeyTimes.OfChallenges(options.ChallengeKeyLifetime, settling),
        };
    }

    /// <summary>How long other verifiers on the same database may take to learn of a key before it signs.</summary>
    public static TimeSpan Settling { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Where new signing keys are made.</summary>
    public string Place => _vaults[0].Place;

    /// <summary>The key that signs now.</summary>
    public RingKey Current(string purpose) => _schedules[purpose].Current(_clock.GetUtcNow());

    /// <summary>The keys whose signatures count now.</summary>
    public IEnumerable<RingKey> Accepted(string purpose) => _schedules[purpose].Accepted(_clock.GetUtcNow());

    /// <summary>The secrets of challenges and of what hosts must open to enrol: the one in use, then all others that count now.</summary>
    public byte[][] ChallengeSecrets
    {
        get
        {
            var current = Current(KeyPurposes.Challenges);
            return [current.Secret ?? throw current.Unavailable(), .. Accepted(KeyPurposes.Challenges).Where(key => key != current && key.Secret is not null).Select(key => key.Secret!)];
        }
    }

    /// <summary>
    /// The public halves of <see cref="Accepted"/>, of proven keys only: whoever can write into the database, but has neither the key-encryption key
    /// nor the token, must not add a key that readers believe.
    /// </summary>
    public JsonWebKeySet Published(string purpose) => new() { Keys = [.. Accepted(purpose).Where(key => key.Private is not null).Select(key => key.PublicKey!)] };

    /// <summary>What people are told of the keys.</summary>
    public KeyList Describe() => new() { Keys = [.. KeyPurposes.All.SelectMany(purpose => _schedules[purpose].Describe(_clock.GetUtcNow()))] };

    /// <summary>Reads the keys, makes what is missing, takes up files from before; a key that should sign and cannot stops the start.</summary>
    public async Task LoadAsync(StateFolder state, CancellationToken cancellationToken)
    {
        await FollowAsync(cancellationToken);
        // From before keys were in the database.
        await ImportAsync(KeyPurposes.Results, state.File("signing-keys"), cancellationToken);
        await ImportAsync(KeyPurposes.Audit, state.File("audit-keys"), cancellationToken);
        await RenewAsync(cancellationToken);
        foreach (var purpose in KeyPurposes.All)
        {
            if (Current(purpose) is { Private: null, Secret: null } closed)
            {
                try
                {
                    Open(closed.Stored);
                }
                catch (KeyUnavailableException refused)
                {
                    throw new SetupException(refused.Message);
                }
            }
        }

        await _store.RewrapKeysAsync(
            [.. (await _store.ReadKeysAsync(cancellationToken)).Where(key => key.Place == DatabaseVault.Name && _encryption.IsOutdated(key) && _opened[key.Id] is not { Private: null, Secret: null })
                .Select(key => (key.Id, _encryption.Wrap(key.Purpose, key.Id, _encryption.Unwrap(key))))], cancellationToken);
    }

    /// <summary>Takes over what was changed, here or at another verifier on the same store.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await FollowInOrderAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Makes the keys that are due, and takes away what has served; at the start and once an hour.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await FollowAsync(cancellationToken);
        foreach (var purpose in KeyPurposes.All)
        {
            var now = _clock.GetUtcNow();
            var (schedule, times) = (_schedules[purpose], _times[purpose]);
            var newest = schedule.Keys is [.., var last] ? last : null;
            if (newest is null || newest.Stored.Made + times.Lifetime <= now || (newest.Stored.From <= now && newest.Stored.Place != PlaceOf(purpose)))
            {
                await ChangeAsync(Change(schedule, purpose, Automatic) with { Add = Make(purpose, newest is null ? now : now + times.Notice, Automatic) }, cancellationToken);
            }

            for (schedule = _schedules[purpose]; schedule.Keys.Count > 1 && schedule.EndOf(0) <= now; schedule = _schedules[purpose])
            {
                await ChangeAsync(Change(schedule, purpose, Automatic) with { Remove = schedule.Keys[0].Stored.Id }, cancellationToken);
            }
        }
    }

    /// <summary>Has the next key made, or lets the one that waits begin; null where one waits already.</summary>
    public async Task<KeyList?> RotateAsync(KeyRotation rotation, string actor, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var schedule = _schedules[rotation.Purpose];
        var soon = now + (_store.IsShared ? Settling : TimeSpan.Zero);
        if (schedule.Keys[^1].Stored is var newest && newest.From > now)
        {
            if (!rotation.Now)
            {
                return null;
            }

            await DecideAsync(Change(schedule, rotation.Purpose, actor) with { Begin = (newest.Id, newest.From < soon ? newest.From : soon) }, cancellationToken);
        }
        else
        {
            var from = rotation.Now ? soon : now + _times[rotation.Purpose].Notice;
            await DecideAsync(Change(schedule, rotation.Purpose, actor) with { Add = Make(rotation.Purpose, from, actor) }, cancellationToken);
        }

        return Describe();
    }

    /// <summary>Takes a key away at once; what it signed is refused from then on. Null where there is none, and for keys of the audit.</summary>
    public async Task<KeyList?> RetireAsync(string id, string actor, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var (purpose, schedule) = _schedules.FirstOrDefault(one => one.Key != KeyPurposes.Audit && one.Value.Keys.Any(key => key.Stored.Id == id));
        if (purpose is null)
        {
            return null;
        }

        var left = schedule.Keys.Where(key => key.Stored.Id != id).ToList();
        var change = Change(schedule, purpose, actor) with { Remove = id };
        // Somebody signs at all times.
        await DecideAsync(
            left.Count == 0 ? change with { Add = Make(purpose, now, actor) }
            : schedule.Current(now).Stored.Id != id ? change
            : left.FirstOrDefault(key => key.Stored.From > now) is { } next ? change with { Begin = (next.Stored.Id, now) }
            : change with { Add = Make(purpose, now, actor) }, cancellationToken);
        return Describe();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _opened.Values)
        {
            key.Dispose();
        }

        _gate.Dispose();
    }

    private async Task ImportAsync(string purpose, string folder, CancellationToken cancellationToken)
    {
        foreach (var file in SigningKeyFile.In(folder))
        {
            using var key = SigningKeyFile.Read(file);
            var (jwk, made) = (JsonWebKey.From(key), SigningKeyFile.MadeAt(file));
            if (!_opened.ContainsKey(jwk.KeyId!))
            {
                var from = _schedules[purpose].Keys.Count == 0 ? made : made + _times[purpose].Notice;
                await ChangeAsync(
                    Change(_schedules[purpose], purpose, Automatic) with
                    {
                        Add = new StoredKey(jwk.KeyId!, purpose, DatabaseVault.Name, made, from, Automatic, jwk.Write(), Vault(DatabaseVault.Name) is DatabaseVault vault ? vault.Keep(purpose, key) : []),
                    }, cancellationToken);
            }

            if (_opened.ContainsKey(jwk.KeyId!))
            {
                File.Delete(file);
            }
        }
    }

    // What another verifier changed meanwhile comes first: the own change is then not made.
    private async Task<bool> ChangeAsync(KeyChange change, CancellationToken cancellationToken)
    {
        var isMade = await _store.ChangeKeysAsync(change, cancellationToken);
        await FollowAsync(cancellationToken);
        if ((isMade ? change.Remove is { } removed ? _opened[removed].Stored : null : change.Add) is { } unused)
        {
            Destroy(unused);
        }

        return isMade;
    }

    private async Task DecideAsync(KeyChange change, CancellationToken cancellationToken)
    {
        if (!await ChangeAsync(change, cancellationToken))
        {
            throw new StoreException($"another verifier changed the keys of {change.Purpose} at the same moment");
        }
    }

    private KeyChange Change(KeySchedule schedule, string purpose, string actor) =>
        new() { Purpose = purpose, Expected = [.. schedule.Keys.Select(key => key.Stored.Id)], Actor = actor, At = _clock.GetUtcNow() };

    private StoredKey Make(string purpose, DateTimeOffset from, string actor)
    {
        var now = _clock.GetUtcNow();
        // In whole milliseconds, as the database has them, and never two at once: their order says who follows whom.
        if (_schedules[purpose].Keys is [.., var newest] && from.ToUnixTimeMilliseconds() <= newest.Stored.From.ToUnixTimeMilliseconds())
        {
            from = newest.Stored.From.AddMilliseconds(1);
        }

        if (purpose == KeyPurposes.Challenges)
        {
            var id = Base64UrlText.Encode(RandomNumberGenerator.GetBytes(IdBytes));
            return new StoredKey(id, purpose, DatabaseVault.Name, now, from, actor, null, _encryption.Wrap(purpose, id, RandomNumberGenerator.GetBytes(SecretBytes)));
        }

        var (jwk, secret) = _vaults[0].Create(purpose);
        return new StoredKey(jwk.KeyId!, purpose, _vaults[0].Place, now, from, actor, jwk.Write(), secret);
    }

    private async Task FollowInOrderAsync(CancellationToken cancellationToken)
    {
        var stored = await _store.ReadKeysAsync(cancellationToken);
        foreach (var key in stored.Where(key => !_opened.TryGetValue(key.Id, out var known) || known is { Private: null, Secret: null }))
        {
            try
            {
                _opened[key.Id] = Open(key);
            }
            catch (KeyUnavailableException refused)
            {
                _log.KeyUnavailable(refused.Message);
                _opened[key.Id] = new RingKey(key, null);
            }
        }

        _schedules = KeyPurposes.All.ToDictionary(
            purpose => purpose,
            purpose => new KeySchedule([.. stored.Where(key => key.Purpose == purpose).Select(key => _opened[key.Id] with { Stored = key })], _times[purpose]), StringComparer.Ordinal);
    }

    private RingKey Open(StoredKey key) =>
        key.Purpose == KeyPurposes.Challenges
            ? new RingKey(key, null) { Secret = _encryption.Unwrap(key) }
            : new RingKey(key, PublicKey(key)) { Private = Proven(key, Vault(key.Place)?.Open(key) ?? throw new RingKey(key, null).Unavailable()) };

    // What a vault gives must be what is published: a wrong key would sign results that nobody can verify.
    private static ECDsa Proven(StoredKey key, ECDsa opened)
    {
        try
        {
            if (PublicKey(key).TryImport(out var published))
            {
                using (published)
                {
                    if (published.VerifyData("shype"u8, opened.SignData("shype"u8, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256))
                    {
                        return opened;
                    }
                }
            }
        }
        catch (CryptographicException refused)
        {
            throw new KeyUnavailableException($"key {key.Id} of {key.Purpose} in {key.Place} cannot sign: {refused.Message}", refused);
        }

        throw new KeyUnavailableException($"key {key.Id} of {key.Purpose}: what {key.Place} holds under its name is another key");
    }

    private void Destroy(StoredKey key)
    {
        try
        {
            Vault(key.Place)?.Destroy(key);
        }
        catch (KeyUnavailableException refused)
        {
            _log.KeyUnavailable(refused.Message);
        }
    }

    private static JsonWebKey PublicKey(StoredKey key) => JsonWebKey.TryRead(key.PublicKey, out var jwk, out _) && jwk.KeyId == key.Id && jwk.Thumbprint() == key.Id
        ? jwk
        : throw new KeyUnavailableException($"key {key.Id} of {key.Purpose}: its public half in the database is of another key");

    private IKeyVault? Vault(string place) => _vaults.FirstOrDefault(vault => vault.Place == place);

    private string PlaceOf(string purpose) => purpose == KeyPurposes.Challenges ? DatabaseVault.Name : Place;

    private const string Automatic = "verifier";
    private const int IdBytes = 12;
    private const int SecretBytes = 32;
}
