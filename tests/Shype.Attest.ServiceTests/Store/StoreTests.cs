using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>The suite on SQLite.</summary>
public sealed class SqliteStoreTests() : StoreTests(Engine.Sqlite())
{
    [Fact]
    public void R13_a_file_that_is_no_database_is_refused()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, new string('x', 5000));
        Assert.Contains(file, Assert.Throws<StoreException>(() => AttestationStore.Open(new SqliteDatabase(file), AuditKey)).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task What_is_forgotten_gives_its_room_back()
    {
        using var engine = Engine.Sqlite();
        using var store = AttestationStore.Open(engine.Database, AuditKey);
        var host = Records.Host("alpha");
        await store.EnrolAsync(Records.Enrolment(host), TestContext.Current.CancellationToken);
        for (var i = 0; i < 50; i++)
        {
            await store.CommitAsync(Records.Commit(host.Id, new string('x', 20_000) + i), TestContext.Current.CancellationToken);
        }

        var before = (long)engine.Scalar("PRAGMA page_count")!;
        await store.ForgetBeyondAsync(host.Id, 1, TestContext.Current.CancellationToken);
        await store.CompactAsync(TestContext.Current.CancellationToken);
        Assert.InRange((long)engine.Scalar("PRAGMA page_count")!, 1, before / 5);
    }
}

/// <summary>The suite on PostgreSQL.</summary>
public sealed class PostgresStoreTests(PostgresServer server) : StoreTests(Engine.Postgres(server));

/// <summary>What every store must do, on the real databases.</summary>
public abstract class StoreTests : IDisposable
{
    private readonly Engine _engine;
    private AttestationStore _store;

    private protected StoreTests(Engine engine)
    {
        _engine = engine;
        _store = Open();
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task R06_a_sessions_nonce_is_spent_once_whichever_verifier_is_asked()
    {
        using var other = AttestationStore.Open(_engine.Database, AuditKey);
        var session = new StoredSession("5f2f8f2e-0001-4000-8000-000000000001", "caller:a", [1, 2, 3], "Veraison", SessionStatus.Waiting, Records.At.AddMinutes(1));
        Assert.True(await _store.OpenSessionAsync(session, 1, Records.At, Now));
        Assert.False(await other.OpenSessionAsync(session with { Id = "5f2f8f2e-0001-4000-8000-000000000002" }, 1, Records.At, Now));
        Assert.Null(await other.ReadSessionAsync(session.Id, "caller:b", Records.At, Now));
        Assert.Null(await other.ReadSessionAsync(session.Id, "caller:a", session.Expires, Now));
        Assert.False(await other.SpendSessionAsync(session.Id, "caller:b", session.Expires, Records.At, Now));
        Assert.False(await other.SpendSessionAsync(session.Id, "caller:a", session.Expires, session.Expires, Now));

        var spent = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? _store : other).SpendSessionAsync(session.Id, "caller:a", session.Expires, Records.At, Now)));
        Assert.Single(spent, won => won);
        await other.EndSessionAsync(session with { Status = SessionStatus.Complete, Result = "token", Evidence = new SessionEvidence { Type = "a/b", Value = [4] } }, Now);
        var kept = await _store.ReadSessionAsync(session.Id, "caller:a", Records.At, Now);
        Assert.Equal((SessionStatus.Complete, "token", "a/b"), (kept!.Status, kept.Result, kept.Evidence!.Type));
        Assert.Equal(session.Nonce, kept.Nonce);
        Assert.Equal(session.Expires, kept.Expires);

        await _store.DeleteSessionAsync(session.Id, "caller:b", Now);
        Assert.NotNull(await _store.ReadSessionAsync(session.Id, "caller:a", Records.At, Now));
        // The next one sweeps away what has expired.
        Assert.True(await _store.OpenSessionAsync(session with { Id = "5f2f8f2e-0001-4000-8000-000000000003" }, 1, session.Expires, Now));
        Assert.Equal(1L, _engine.Scalar("SELECT count(*) FROM sessions"));
    }

    [Fact]
    public async Task A_host_comes_back_from_the_disk_as_it_was_enrolled()
    {
        var host = Records.Host("alpha", HostState.Pending);
        Assert.Equal(EnrolmentVerdict.Created, (await _store.EnrolAsync(Records.Enrolment(host), Now)).Verdict);
        Reopen();
        var kept = Assert.Single(await _store.ReadHostsAsync(Now));
        Assert.Equivalent(host, kept, strict: true);
    }

    [Fact]
    public async Task The_same_TPM_keeps_its_host_and_state_and_gets_the_new_attestation_key()
    {
        var host = Records.Host("alpha", HostState.Pending);
        await _store.EnrolAsync(Records.Enrolment(host), Now);
        await _store.SetStateAsync(new StateChange(host.Id, HostState.Enrolled, null, "operator", Records.At), Now);
        var other = Records.Host("other");
        var rotated = host with { AkPublic = other.AkPublic, AkName = other.AkName, TokenDigest = other.TokenDigest };
        var outcome = await _store.EnrolAsync(Records.Enrolment(rotated), Now);
        Assert.Equal(EnrolmentVerdict.Renewed, outcome.Verdict);
        Assert.Equal(HostState.Enrolled, outcome.Host!.State);
        Assert.Equal(other.AkName, outcome.Host.AkName);
        Assert.Equal(other.TokenDigest, outcome.Host.TokenDigest);
        Assert.Single(await _store.ReadHostsAsync(Now));
    }

    [Fact]
    public async Task K08_a_name_belongs_to_one_TPM_and_a_TPM_to_one_name()
    {
        var host = Records.Host("alpha");
        await _store.EnrolAsync(Records.Enrolment(host), Now);
        Assert.Equal(EnrolmentVerdict.NameTaken, (await _store.EnrolAsync(Records.Enrolment(Records.Host("alpha")), Now)).Verdict);
        Assert.Equal(EnrolmentVerdict.KnownByOtherName, (await _store.EnrolAsync(Records.Enrolment(host with { Name = "beta" }), Now)).Verdict);
        Assert.Equal("alpha", Assert.Single(await _store.ReadHostsAsync(Now)).Name);
        Assert.Null(await _store.FindAuditBreakAsync(Now));
    }

    [Fact]
    public async Task K13_a_revoked_TPM_stays_out_until_an_operator_says_otherwise()
    {
        var host = Records.Host("alpha");
        await _store.EnrolAsync(Records.Enrolment(host), Now);
        await _store.SetStateAsync(new StateChange(host.Id, HostState.Revoked, "stolen", "operator", Records.At), Now);
        Assert.Equal(EnrolmentVerdict.Revoked, (await _store.EnrolAsync(Records.Enrolment(host), Now)).Verdict);
        Assert.Equal("stolen", Assert.Single(await _store.ReadHostsAsync(Now)).Reason);
        await _store.SetStateAsync(new StateChange(host.Id, HostState.Enrolled, null, "operator", Records.At), Now);
        Assert.Equal(EnrolmentVerdict.Renewed, (await _store.EnrolAsync(Records.Enrolment(host), Now)).Verdict);
    }

    [Fact]
    public async Task An_appraisal_is_kept_whole()
    {
        var host = Records.Host("alpha");
        await _store.EnrolAsync(Records.Enrolment(host), Now);
        var vm = new VmPlace(host.Id, Guid.Parse("5f2f8f2e-0001-4000-8000-000000000001"), "web", "green");
        var policy = new StoredPolicy("sha256:" + new string('1', 64), "sha256:" + new string('2', 64), [1, 2, 3]);
        await _store.CommitAsync(Records.Commit(host.Id, "one", vms: vm) with { Policy = policy }, Now);
        await _store.CommitAsync(Records.Commit(host.Id, "two", vms: null) with { Memory = null, Status = TrustTier.None }, Now);
        Reopen();
        Assert.Equal("result of two", await _store.ReadLastResultAsync(host.Id, Now));
        Assert.Equal("one\u0001"u8.ToArray(), (await _store.ReadMemoryAsync(host.Id, Now)).Memory);
        Assert.Equal(vm, Assert.Single(await _store.FindVmsAsync(vm.Uuid, Now)));
        Assert.Equal(vm, Assert.Single(await _store.FindVmsAsync("web", Now)));
        Assert.Equal(vm, Assert.Single(await _store.ReadVmsAsync(host.Id, Now)));
        Assert.Equivalent(policy, Assert.Single(await _store.ReadPoliciesAsync(Now)));
        var row = Assert.Single(await _store.ReadHostsAsync(Now));
        Assert.Equal((Records.At, TrustTier.None, "boot-1", 1), (row.SeenAt, row.Status, row.Boot, row.Vms));

        await _store.CommitAsync(Records.Commit(host.Id, "three", vms: []), Now);
        Assert.Empty(await _store.FindVmsAsync("web", Now));
    }

    [Fact]
    public async Task Old_evidence_is_forgotten_but_never_the_last_result_of_a_host()
    {
        var (first, second) = (Records.Host("alpha"), Records.Host("beta"));
        await _store.EnrolAsync(Records.Enrolment(first), Now);
        await _store.EnrolAsync(Records.Enrolment(second), Now);
        await _store.CommitAsync(Records.Commit(first.Id, "old", Records.At), Now);
        await _store.CommitAsync(Records.Commit(first.Id, "new", Records.At.AddDays(9)), Now);
        await _store.CommitAsync(Records.Commit(second.Id, "only", Records.At), Now);
        Assert.Equal(1, await _store.ForgetBeforeAsync(Records.At.AddDays(1), Now));
        Assert.Equal(0, await _store.ForgetBeforeAsync(Records.At.AddDays(1), Now));
        Assert.Equal("result of new", await _store.ReadLastResultAsync(first.Id, Now));
        Assert.Equal("result of only", await _store.ReadLastResultAsync(second.Id, Now));
        Assert.Null(await _store.FindAuditBreakAsync(Now));
    }

    [Fact]
    public async Task Beyond_its_quota_a_host_loses_its_oldest_verdicts_and_no_other_host_any()
    {
        var (busy, calm) = (Records.Host("alpha"), Records.Host("beta"));
        await _store.EnrolAsync(Records.Enrolment(busy), Now);
        await _store.EnrolAsync(Records.Enrolment(calm), Now);
        await _store.CommitAsync(Records.Commit(calm.Id, "calm"), Now);
        for (var i = 0; i < 5; i++)
        {
            await _store.CommitAsync(Records.Commit(busy.Id, $"busy {i}"), Now);
        }

        Assert.Equal(3, await _store.ForgetBeyondAsync(busy.Id, 2, Now));
        Assert.Equal(0, await _store.ForgetBeyondAsync(busy.Id, 2, Now));
        Assert.Equal(0, await _store.ForgetBeyondAsync(calm.Id, 2, Now));
        Assert.Equal("result of busy 4", await _store.ReadLastResultAsync(busy.Id, Now));
        Assert.Equal(3L, _engine.Scalar("SELECT count(*) FROM attestations"));
        Assert.Null(await _store.FindAuditBreakAsync(Now));
    }

    [Fact]
    public async Task R17_of_two_who_edit_the_same_references_one_is_told()
    {
        Assert.Null(await _store.ReadReferencesAsync(Now));
        var both = await Task.WhenAll(
            _store.WriteReferencesAsync([1], 0, Edit, Now), _store.WriteReferencesAsync([2], 0, Edit, Now));
        var winner = Assert.Single(both, written => written is not null)!;
        Assert.Equal(1, winner.Version);
        Assert.Equal(winner.Document, (await _store.ReadReferencesAsync(Now))!.Document);
        Assert.Null(await _store.WriteReferencesAsync([3], 0, Edit, Now));
        Assert.Equal(2, (await _store.WriteReferencesAsync([3], 1, Edit, Now))!.Version);
    }

    [Fact]
    public async Task V10_the_store_itself_never_replaces_a_bundle_by_an_older_one_and_writes_down_who_changed_what()
    {
        Assert.True(await _store.WriteBundleAsync(Bundle(7), Edit with { Action = "imported", Name = "fleet" }, Now));
        Assert.False(await _store.WriteBundleAsync(Bundle(6), Edit with { Action = "imported", Name = "fleet" }, Now));
        Assert.True(await _store.WriteBundleAsync(Bundle(7) with { Removed = "removed" }, Edit with { Action = "removed", Name = "fleet", Sequence = 7 }, Now));
        Reopen();
        Assert.Equivalent(Bundle(7) with { Removed = "removed" }, Assert.Single(await _store.ReadBundlesAsync(Now)), strict: true);
        var events = await _store.ReadEventsAsync(long.MaxValue, 10, Now);
        Assert.Equal(["removed", "imported"], events.Select(change => change.Action));
        Assert.Equal(("operator", Records.At), (events[0].Actor, events[0].At));
        Assert.Single(await _store.ReadEventsAsync(events[0].Number, 10, Now));
        Assert.Null(await _store.FindAuditBreakAsync(Now));
    }

    private static StoredBundle Bundle(long sequence) => new()
    {
        Name = "fleet", Sequence = sequence, ContentDigest = [(byte)sequence], Source = [1], SignerName = "maker", SignerKey = [2],
    };

    private static ReferenceEventRecord Edit => new() { At = Records.At, Actor = "operator", Action = "set", Name = "operator", Changes = "[]" };

    [Fact]
    public async Task A_decision_that_fails_takes_nothing_of_the_others_with_it()
    {
        var host = Records.Host("alpha");
        await _store.EnrolAsync(Records.Enrolment(host), Now);
        var all = Enumerable.Range(0, 200).Select(i => _store.CommitAsync(Records.Commit(i % 10 == 3 ? "unknown host" : host.Id, $"evidence {i}"), Now)).ToList();
        var refused = 0;
        foreach (var one in all)
        {
            refused += await Record.ExceptionAsync(() => one) is StoreException ? 1 : 0;
        }

        Assert.Equal(20, refused);
        Assert.Equal(180L, _engine.Scalar("SELECT count(*) FROM attestations"));
        Assert.Equal(181L, _engine.Scalar("SELECT count(*) FROM audit"));
        Assert.Null(await _store.FindAuditBreakAsync(Now));
    }

    [Fact]
    public void R13_a_database_of_a_newer_program_is_refused_with_a_word_on_what_to_do()
    {
        _store.Dispose();
        _engine.Change(_engine.Database.SetVersion(Migrations.Latest + 1));
        var refused = Assert.Throws<StoreException>(Open);
        Assert.Contains($"version {Migrations.Latest + 1}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("newer program", refused.Message, StringComparison.Ordinal);
        _engine.Change(_engine.Database.SetVersion(Migrations.Latest));
        _store = Open();
    }

    [Theory]
    [InlineData("removed in the middle", "DELETE FROM audit WHERE number = 3")]
    [InlineData("removed at the end", "DELETE FROM audit WHERE number = 5")]
    [InlineData("all removed", "DELETE FROM audit")]
    [InlineData("edited", "UPDATE audit SET detail = replace(detail, 'Affirming', 'None') WHERE number = 4")]
    [InlineData("another time", "UPDATE audit SET at = at + 1 WHERE number = 2")]
    [InlineData("another actor", "UPDATE audit SET actor = 'operator' WHERE number = 2")]
    [InlineData("swapped", "UPDATE audit SET number = -1 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4; UPDATE audit SET number = 4 WHERE number = -1")]
    [InlineData("added", "INSERT INTO audit SELECT 6, at, kind, subject, actor, detail, hash FROM audit WHERE number = 5")]
    [InlineData("end and its mark removed", "DELETE FROM audit WHERE number = 5; UPDATE audit_head SET number = 4")]
    [InlineData("mark removed", "DELETE FROM audit_head")]
    public async Task R18_an_audit_record_cannot_be_changed_unseen(string how, string sql)
    {
        var host = Records.Host("alpha");
        await _store.EnrolAsync(Records.Enrolment(host), Now);
        for (var i = 0; i < 4; i++)
        {
            await _store.CommitAsync(Records.Commit(host.Id, $"evidence {i}"), Now);
        }

        Assert.Null(await _store.FindAuditBreakAsync(Now));
        _engine.Change(sql);
        Assert.True(await _store.FindAuditBreakAsync(Now) is { Length: > 0 }, how);
    }

    [Fact]
    public async Task R18_a_chain_recomputed_without_the_key_is_found()
    {
        await _store.EnrolAsync(Records.Enrolment(Records.Host("alpha")), Now);
        _store.Dispose();
        _store = AttestationStore.Open(_engine.Database, new byte[32]);
        Assert.NotNull(await _store.FindAuditBreakAsync(Now));
    }

    private protected static byte[] AuditKey { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private AttestationStore Open() => AttestationStore.Open(_engine.Database, AuditKey);

    private void Reopen()
    {
        _store.Dispose();
        _store = Open();
    }
}
