using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier.Keys;

/// <summary>The ring on a real database: which key signs when, and what is published (threat rows R19, R21).</summary>
public sealed class KeyRingTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly Engine _engine = Engine.Sqlite();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2027-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
    private readonly List<IDisposable> _open = [];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _open.ForEach(one => one.Dispose());
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task R19_a_key_of_results_is_published_a_day_before_it_signs_and_until_nothing_it_signed_is_valid()
    {
        var ring = await RingAsync();
        var first = ring.Current(KeyPurposes.Results).Stored.Id;
        Assert.Equal([first], Published(ring));
        await AtAsync(ring, TimeSpan.FromDays(90) - TimeSpan.FromSeconds(1));
        Assert.Equal([first], Published(ring));
        await AtAsync(ring, TimeSpan.FromDays(90));
        Assert.Equal(2, Published(ring).Count);
        Assert.Equal(first, ring.Current(KeyPurposes.Results).Stored.Id);
        // The boundary to the second, and without anything that wakes up for it.
        _clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(first, ring.Current(KeyPurposes.Results).Stored.Id);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var second = ring.Current(KeyPurposes.Results).Stored.Id;
        Assert.NotEqual(first, second);
        // A result of the last second lives an hour at the most, and readers keep the set for a day.
        _clock.Advance(TimeSpan.FromHours(25) - TimeSpan.FromSeconds(1));
        Assert.Equal([first, second], Published(ring));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([second], Published(ring));
        Assert.Equal(2L, _engine.Scalar("SELECT count(*) FROM ring_keys WHERE purpose = 'results'"));
        await ring.RenewAsync(Now);
        Assert.Equal(1L, _engine.Scalar("SELECT count(*) FROM ring_keys WHERE purpose = 'results'"));
    }

    [Fact]
    public async Task R21_where_the_clock_is_set_back_the_keys_of_then_sign_again()
    {
        var ring = await RingAsync();
        var first = ring.Current(KeyPurposes.Results).Stored.Id;
        await ring.RotateAsync(new KeyRotation { Purpose = KeyPurposes.Results }, "test", Now);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.NotEqual(first, ring.Current(KeyPurposes.Results).Stored.Id);
        _clock.AdjustTime(_clock.GetUtcNow().AddDays(-400));
        Assert.Equal(first, ring.Current(KeyPurposes.Results).Stored.Id);
        Assert.Equal(2, Published(ring).Count);
    }

    [Fact]
    public async Task Keys_of_the_audit_stay_for_ever_and_nobody_takes_one_away()
    {
        var ring = await RingAsync();
        var first = ring.Current(KeyPurposes.Audit).Stored.Id;
        await ring.RotateAsync(new KeyRotation { Purpose = KeyPurposes.Audit }, "test", Now);
        await AtAsync(ring, TimeSpan.FromDays(36_500));
        Assert.Equal(2, ring.Published(KeyPurposes.Audit).Keys.Count);
        Assert.NotEqual(first, ring.Current(KeyPurposes.Audit).Stored.Id);
        Assert.Null(await ring.RetireAsync(first, "test", Now));
    }

    [Fact]
    public async Task A_second_rotation_waits_for_the_first_unless_it_shall_be_now()
    {
        var ring = await RingAsync();
        var rotation = new KeyRotation { Purpose = KeyPurposes.Results };
        Assert.NotNull(await ring.RotateAsync(rotation, "test", Now));
        Assert.Null(await ring.RotateAsync(rotation, "test", Now));
        var keys = (await ring.RotateAsync(rotation with { Now = true }, "test", Now))!.Keys.Where(key => key.Purpose == KeyPurposes.Results).ToList();
        Assert.Equal(["old", "current"], keys.Select(key => key.State));
        Assert.Equal(_clock.GetUtcNow().AddHours(25), keys[0].Until);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Somebody_signs_after_the_current_key_was_taken_away(bool isNextThere)
    {
        var ring = await RingAsync();
        var first = ring.Current(KeyPurposes.Results).Stored.Id;
        var next = isNextThere ? (await ring.RotateAsync(new KeyRotation { Purpose = KeyPurposes.Results }, "test", Now))!.Keys.Single(key => key.State == "next").Id : null;
        Assert.NotNull(await ring.RetireAsync(first, "test", Now));
        Assert.DoesNotContain(first, Published(ring));
        Assert.NotEqual(first, ring.Current(KeyPurposes.Results).Stored.Id);
        Assert.True(next is null || ring.Current(KeyPurposes.Results).Stored.Id == next);
    }

    [Fact]
    public async Task Two_that_find_a_key_due_at_once_make_one()
    {
        var (here, there) = (await RingAsync(), await RingAsync());
        Assert.Equal(Published(here), Published(there));
        _clock.Advance(TimeSpan.FromDays(90));
        await Task.WhenAll(here.RenewAsync(Now), there.RenewAsync(Now));
        await here.FollowAsync(Now);
        await there.FollowAsync(Now);
        Assert.Equal(2, Published(here).Count);
        Assert.Equal(Published(here), Published(there));
    }

    [Fact]
    public async Task Files_from_before_are_taken_up_in_their_order_and_are_gone_then()
    {
        using var state = StateFolder.Open(_folder["state"]);
        var keys = new List<string>();
        foreach (var (name, folder) in (IEnumerable<(string, string)>)[("20261001T000000Z", "signing-keys"), ("20261230T120000Z", "signing-keys"), ("20250101T000000Z", "audit-keys")])
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            PrivateFile.Create(Path.Combine(state.Folder(folder), name + ".pem"), System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
            keys.Add(JsonWebKey.From(key).KeyId!);
        }

        var ring = await RingAsync(state);
        Assert.Equal(keys[..2], Published(ring));
        Assert.Equal(keys[1], ring.Current(KeyPurposes.Results).Stored.Id);
        Assert.Equal(keys[2], ring.Current(KeyPurposes.Audit).Stored.Id);
        Assert.Empty(Directory.EnumerateFiles(state.Path, "*.pem", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_key_encryption_key_is_replaced_by_a_line_before_it()
    {
        var first = (await RingAsync()).Current(KeyPurposes.Results).Stored.Id;
        var before = await File.ReadAllTextAsync(_folder["kek"], Now);
        var line = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n";
        await File.WriteAllTextAsync(_folder["kek"], line + before, Now);
        Assert.Equal(first, (await RingAsync()).Current(KeyPurposes.Results).Stored.Id);
        await File.WriteAllTextAsync(_folder["kek"], line, Now);
        Assert.Equal(first, (await RingAsync()).Current(KeyPurposes.Results).Stored.Id);
        await File.WriteAllTextAsync(_folder["kek"], before, Now);
        var refused = await Assert.ThrowsAsync<SetupException>(() => RingAsync());
        Assert.Contains(nameof(VerifierOptions.KeyEncryptionKeyFile), refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE ring_keys SET secret = (SELECT secret FROM ring_keys WHERE purpose = 'audit') WHERE purpose = 'results'", "was changed")]
    [InlineData("UPDATE ring_keys SET jwk = (SELECT jwk FROM ring_keys WHERE purpose = 'audit') WHERE purpose = 'results'", "another key")]
    [InlineData("UPDATE ring_keys SET secret = x'00' WHERE purpose = 'challenges'", "all verifiers on one database")]
    public async Task A_key_that_somebody_changed_in_the_database_stops_the_start(string change, string said)
    {
        await RingAsync();
        _engine.Change(change);
        var refused = await Assert.ThrowsAsync<SetupException>(() => RingAsync());
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_somebody_wrote_into_the_database_is_not_published()
    {
        var ring = await RingAsync();
        var keys = Published(ring);
        using var evil = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var jwk = JsonWebKey.From(evil);
        foreach (var place in (string[])["database", "pkcs11"])
        {
            _engine.Change("INSERT INTO ring_keys (id, purpose, place, made_at, signs_from, actor, jwk, secret) "
                + $"SELECT '{jwk.KeyId}', 'results', '{place}', made_at, signs_from - 1, actor, x'{Convert.ToHexString(jwk.Write())}', secret FROM ring_keys WHERE purpose = 'results' AND id = '{keys[0]}'");
            await ring.FollowAsync(Now);
            Assert.Equal(keys, Published(ring));
            Assert.Equal(keys, Published(await RingAsync()));
            _engine.Change($"DELETE FROM ring_keys WHERE id = '{jwk.KeyId}'");
        }
    }

    [Fact]
    public async Task The_database_holds_no_secret_in_clear_and_the_audit_names_who_decided()
    {
        var ring = await RingAsync();
        await ring.RotateAsync(new KeyRotation { Purpose = KeyPurposes.Results, Now = true }, "alice", Now);
        var key = ring.Current(KeyPurposes.Results).Key.ExportParameters(true).D!;
        Assert.True(await File.ReadAllBytesAsync(_engine.Setting, Now) is var bytes && bytes.AsSpan().IndexOf(key) < 0);
        Assert.Equal(2L, _engine.Scalar($"SELECT count(*) FROM audit WHERE kind = 'keys' AND subject = 'results'"));
        Assert.Equal(1L, _engine.Scalar($"SELECT count(*) FROM audit WHERE kind = 'keys' AND actor = 'alice'"));
    }

    private async Task AtAsync(KeyRing ring, TimeSpan later)
    {
        _clock.Advance(later - (_clock.GetUtcNow() - _clock.Start));
        await ring.RenewAsync(Now);
    }

    private static IReadOnlyList<string?> Published(KeyRing ring) => [.. ring.Published(KeyPurposes.Results).Keys.Select(key => key.KeyId)];

    private async Task<KeyRing> RingAsync(StateFolder? state = null)
    {
        var store = AttestationStore.Open(_engine.Database, new byte[32]);
        _open.Add(store);
        var encryption = KeyEncryption.Load(_folder["kek"], makes: true);
        var ring = new KeyRing(store, encryption, [new DatabaseVault(encryption)], new VerifierOptions(), _clock, NullLogger<KeyRing>.Instance);
        _open.Insert(0, ring);
        using var own = state is null ? StateFolder.Open(_folder["none"]) : null;
        await ring.LoadAsync(state ?? own!, Now);
        return ring;
    }
}
