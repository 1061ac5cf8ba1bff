using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Watch;

/// <summary>The suite on SQLite.</summary>
public sealed class SqliteWatchStoreTests() : WatchStoreTests(Engine.Sqlite());

/// <summary>The suite on PostgreSQL.</summary>
public sealed class PostgresWatchStoreTests(PostgresServer server) : WatchStoreTests(Engine.Postgres(server))
{
    [Fact]
    public async Task A_deadline_is_swept_by_one_of_many_and_its_change_is_written_once()
    {
        var hosts = await HostsAsync(40);
        using var there = AttestationStore.Open(Database, new byte[32], Deadline);
        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            (i % 2 == 0 ? Store : there).ClaimDueAsync($"holder{i}", Late, Lease, 7, Now)));
        Assert.Equal(claims.Sum(claim => claim.Count), claims.SelectMany(claim => claim).Distinct().Count());
        var missed = await Task.WhenAll(claims.Select((claim, i) => (i % 2 == 0 ? there : Store).MissDeadlinesAsync(claim, $"holder{i}", Late, Now)));
        Assert.Equal(40, missed.Sum());
        Assert.All(await Task.WhenAll(hosts.Select(host => Store.ReadHostHistoryAsync(host, long.MaxValue, 10, Now))), history => Assert.Equal(2, history.Count));
    }
}

/// <summary>States, deadlines and leases, on the real databases.</summary>
public abstract class WatchStoreTests : IDisposable
{
    private protected static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private readonly Engine _engine;

    private protected WatchStoreTests(Engine engine)
    {
        _engine = engine;
        Store = AttestationStore.Open(engine.Database, new byte[32], Deadline);
    }

    private protected AttestationStore Store { get; private set; }

    private protected Database Database => _engine.Database;

    private protected static DateTimeOffset Late => Records.At + Deadline;

    private protected static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Store.Dispose();
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_state_changes_with_the_verdict_that_causes_it_and_is_on_the_disk_with_it()
    {
        var host = await HostAsync();
        await NoteAsync(host, "good", WatchState.Trusted);
        await NoteAsync(host, "good again", WatchState.Trusted);
        await NoteAsync(host, "bad", WatchState.Failed, "image-unknown");
        Store.Dispose();
        Store = AttestationStore.Open(_engine.Database, new byte[32], Deadline);

        var status = await StatusAsync(host);
        Assert.Equal((WatchState.Failed, "image-unknown", Hex("bad")), (status.State, Assert.Single(status.Causes), status.Evidence));
        Assert.Equal((Records.At, Records.At + Deadline), (status.Heard, status.Due));
        // The same again is no change.
        Assert.Equal(
            [(WatchState.Trusted, WatchState.Failed, Hex("bad")), (WatchState.Enrolled, WatchState.Trusted, Hex("good")), (null, WatchState.Enrolled, null)],
            (await HistoryAsync(host)).Select(change => (change.From, change.To, change.Evidence)));
    }

    [Fact]
    public async Task A_verdict_that_is_not_kept_changes_no_state()
    {
        var host = await HostAsync();
        var stale = Commit(host, "stale", WatchState.Trusted) with { Appraisals = 7 };
        var others = Enumerable.Range(0, 5).Select(i => NoteAsync(host, $"other {i}", WatchState.Degraded, "firmware-log-missing")).ToList();
        await Assert.ThrowsAsync<StaleHostException>(() => Store.CommitAsync(stale, Now));
        await Task.WhenAll(others);
        Assert.Equal([WatchState.Degraded, WatchState.Enrolled], (await HistoryAsync(host)).Select(change => change.To));
    }

    [Fact]
    public async Task A_host_that_was_trusted_and_is_silent_is_unreachable_and_comes_back_with_evidence()
    {
        var host = await HostAsync();
        await NoteAsync(host, "good", WatchState.Trusted);
        Assert.Empty(await Store.ClaimDueAsync("a", Late - TimeSpan.FromMilliseconds(1), Lease, 10, Now));
        Assert.Equal(1, await MissAsync(host));
        var silent = await StatusAsync(host);
        Assert.Equal((WatchState.Unreachable, Late, null), (silent.State, silent.SilentSince, silent.Due));
        Assert.Equal(WatchCauses.DeadlineMissed, Assert.Single(silent.Causes));
        // Once: silence that lasts is no further change.
        Assert.Empty(await Store.ClaimDueAsync("a", Late + TimeSpan.FromDays(1), Lease, 10, Now));

        await NoteAsync(host, "back", WatchState.Trusted, at: Late + TimeSpan.FromHours(1));
        var back = await StatusAsync(host);
        Assert.Equal((WatchState.Trusted, null), (back.State, back.SilentSince));
        Assert.Equal([WatchState.Trusted, WatchState.Unreachable, WatchState.Trusted, WatchState.Enrolled], (await HistoryAsync(host)).Select(change => change.To));
        Assert.Null(await Store.FindAuditBreakAsync(Now));
        Assert.Equal(1L, _engine.Scalar("SELECT count(*) FROM audit WHERE kind = 'watch'"));
    }

    [Fact]
    public async Task A_failed_host_that_falls_silent_stays_failed_in_sight()
    {
        var host = await HostAsync();
        await NoteAsync(host, "bad", WatchState.Failed, "image-unknown");
        Assert.Equal(1, await MissAsync(host));
        var status = await StatusAsync(host);
        Assert.Equal((WatchState.Failed, Late, "image-unknown"), (status.State, status.SilentSince, Assert.Single(status.Causes)));
        var change = (await HistoryAsync(host))[0];
        Assert.Equal((WatchState.Failed, WatchState.Failed, true, WatchCauses.DeadlineMissed), (change.From, change.To, change.Silent, Assert.Single(change.Causes)));
        var counts = await Store.CountWatchAsync(Late, Now);
        Assert.Equal((1L, 1L), (counts.ByState[WatchState.Failed], counts.Silent));
    }

    [Fact]
    public async Task A_host_that_never_showed_evidence_is_unreachable_as_well()
    {
        var host = await HostAsync();
        Assert.Equal(1, await MissAsync(host));
        Assert.Equal(WatchState.Unreachable, (await StatusAsync(host)).State);
    }

    [Fact]
    public async Task R02_evidence_that_is_no_sign_of_life_fails_a_host_and_does_not_move_its_deadline()
    {
        var host = await HostAsync();
        await NoteAsync(host, "good", WatchState.Trusted);
        await Store.CommitAsync(Commit(host, "replayed", WatchState.Failed, "quote-replayed", Late - TimeSpan.FromSeconds(1), heard: false), Now);
        var status = await StatusAsync(host);
        Assert.Equal((WatchState.Failed, Records.At, Late), (status.State, status.Heard, status.Due));
        Assert.Equal(1, await MissAsync(host));

        // Silent, and a replay again: not heard.
        await Store.CommitAsync(Commit(host, "replayed", WatchState.Failed, "clock-went-backwards", Late, heard: false), Now);
        Assert.Equal(Late, (await StatusAsync(host)).SilentSince);
        Assert.True((await HistoryAsync(host))[0].Silent);
    }

    [Theory]
    [InlineData(WatchState.Trusted, WatchState.Degraded)]
    [InlineData(WatchState.Degraded, WatchState.Degraded)]
    [InlineData(WatchState.Failed, WatchState.Failed)]
    public async Task R04_evidence_that_could_not_be_judged_makes_nothing_better(object before, object after)
    {
        var host = await HostAsync();
        await NoteAsync(host, "before", (WatchState)before, "x");
        await Store.CommitAsync(Records.Commit(host, "broke us") with { Watch = WatchNote.Of(null) }, Now);
        Assert.Equal((WatchState)after, (await StatusAsync(host)).State);
        Assert.Equal(Hex((WatchState)after == WatchState.Failed ? "before" : "broke us"), (await StatusAsync(host)).Evidence);
    }

    [Fact]
    public async Task A_revoked_host_is_not_watched_and_gets_no_state_from_a_verdict_that_was_on_its_way()
    {
        var host = await HostAsync();
        await Store.SetStateAsync(new StateChange(host, HostState.Revoked, "stolen", "alice", Records.At), Now);
        await NoteAsync(host, "late", WatchState.Trusted);
        Assert.Empty(await Store.ClaimDueAsync("a", Late + TimeSpan.FromDays(1), Lease, 10, Now));
        var change = (await HistoryAsync(host))[0];
        Assert.Equal((WatchState.Revoked, WatchCauses.Revoked, "alice"), (change.To, Assert.Single(change.Causes), change.By));
        Assert.Equal(WatchState.Revoked, (await StatusAsync(host)).State);

        await Store.SetStateAsync(new StateChange(host, HostState.Enrolled, null, "bob", Late), Now);
        Assert.Equal((WatchState.Enrolled, Late + Deadline), ((await StatusAsync(host)).State, (await StatusAsync(host)).Due));
    }

    [Fact]
    public async Task A_pending_host_is_not_watched_until_it_is_approved()
    {
        var host = Records.Host("alpha", HostState.Pending);
        await Store.EnrolAsync(Records.Enrolment(host), Now);
        Assert.Equal((WatchState.Pending, null), ((await StatusAsync(host.Id)).State, (await StatusAsync(host.Id)).Due));
        await Store.SetStateAsync(new StateChange(host.Id, HostState.Enrolled, null, "alice", Records.At), Now);
        Assert.Equal(Late, (await StatusAsync(host.Id)).Due);
    }

    [Fact]
    public async Task Another_key_takes_trust_away_and_no_failure()
    {
        var (good, bad) = (await HostAsync("good"), await HostAsync("bad"));
        await NoteAsync(good, "a", WatchState.Trusted);
        await NoteAsync(bad, "b", WatchState.Failed, "x");
        foreach (var host in await Store.ReadHostsAsync(Now))
        {
            var other = Records.Host("other");
            await Store.EnrolAsync(Records.Enrolment(host with { AkPublic = other.AkPublic, AkName = other.AkName, TokenDigest = other.TokenDigest }), Now);
        }

        Assert.Equal((WatchState.Enrolled, WatchState.Failed), ((await StatusAsync(good)).State, (await StatusAsync(bad)).State));
        Assert.Equal(Late, (await StatusAsync(good)).Due);
    }

    [Fact]
    public async Task A_lease_keeps_others_away_until_it_is_over_and_whoever_lost_it_writes_nothing()
    {
        var host = await HostAsync();
        Assert.Equal([host], await Store.ClaimDueAsync("a", Late, Lease, 10, Now));
        Assert.Empty(await Store.ClaimDueAsync("b", Late + Lease - TimeSpan.FromMilliseconds(1), Lease, 10, Now));
        Assert.Equal([host], await Store.ClaimDueAsync("b", Late + Lease, Lease, 10, Now));
        Assert.Equal(0, await Store.MissDeadlinesAsync([host], "a", Late + Lease, Now));
        Assert.Equal(1, await Store.MissDeadlinesAsync([host], "b", Late + Lease, Now));
        Assert.Equal(0, await Store.MissDeadlinesAsync([host], "b", Late + Lease, Now));
    }

    [Fact]
    public async Task A_host_that_is_heard_between_claim_and_judgement_is_not_silent()
    {
        var host = await HostAsync();
        Assert.Equal([host], await Store.ClaimDueAsync("a", Late, Lease, 10, Now));
        await NoteAsync(host, "just in time", WatchState.Trusted, at: Late);
        Assert.Equal(0, await Store.MissDeadlinesAsync([host], "a", Late + TimeSpan.FromSeconds(1), Now));
        Assert.Equal(WatchState.Trusted, (await StatusAsync(host)).State);
    }

    [Fact]
    public async Task A_host_has_its_own_deadline_or_its_groups_or_the_verifiers()
    {
        var (own, grouped) = (await HostAsync("own"), await HostAsync("grouped"));
        var short1 = new WatchSettings(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), 0);
        var set = await Store.WriteWatchSettingsAsync(new WatchScope(false, own), short1, "alice", Records.At, Now);
        Assert.Equal((TimeSpan.FromSeconds(20), 1L), (set!.DeadlineInForce, set.Version));
        Assert.Null(await Store.WriteWatchSettingsAsync(new WatchScope(false, own), short1, "bob", Records.At, Now));
        Assert.Equal(Records.At.AddSeconds(20), (await StatusAsync(own)).Due);

        await Store.WriteWatchSettingsAsync(new WatchScope(true, "edge"), new WatchSettings(null, TimeSpan.FromSeconds(50), 0), "alice", Records.At, Now);
        Assert.Equal(Late, (await StatusAsync(grouped)).Due);
        await Store.SetGroupAsync(grouped, "edge", "alice", Records.At, Now);
        await Store.SetGroupAsync(own, "edge", "alice", Records.At, Now);
        Assert.Equal((Records.At.AddSeconds(50), Records.At.AddSeconds(20)), ((await StatusAsync(grouped)).Due, (await StatusAsync(own)).Due));

        // The group changes with all that inherit; the next verdict counts by it.
        await Store.WriteWatchSettingsAsync(new WatchScope(true, "edge"), new WatchSettings(null, TimeSpan.FromSeconds(70), 1), "alice", Records.At, Now);
        Assert.Equal(Records.At.AddSeconds(70), (await StatusAsync(grouped)).Due);
        await NoteAsync(grouped, "good", WatchState.Trusted, at: Late);
        Assert.Equal(Late.AddSeconds(70), (await StatusAsync(grouped)).Due);
        Assert.Equal(TimeSpan.FromSeconds(10), (await Store.ReadRoundsAsync([own], Now))[own].Interval);
    }

    [Fact]
    public async Task The_history_forgets_what_is_old_but_no_hosts_last_change_and_numbers_never_begin_anew()
    {
        var host = await HostAsync();
        for (var i = 0; i < 4; i++)
        {
            await NoteAsync(host, $"{i}", i % 2 == 0 ? WatchState.Trusted : WatchState.Degraded, "x", Records.At.AddSeconds(i));
        }

        var last = await Store.ReadLastHostEventAsync(Now);
        Assert.Equal(4, await Store.ForgetHostEventsAsync(Late, Now));
        Assert.Equal(last, Assert.Single(await HistoryAsync(host)).Number);
        await NoteAsync(host, "next", WatchState.Trusted);
        Assert.True(await Store.ReadLastHostEventAsync(Now) > last);
    }

    [Fact]
    public async Task Hosts_are_listed_by_state_in_pages()
    {
        var hosts = await HostsAsync(7);
        foreach (var host in hosts.Take(5))
        {
            await NoteAsync(host, "bad", WatchState.Failed, "x");
        }

        var failed = hosts.Take(5).Order(StringComparer.Ordinal).ToList();
        var first = await Store.ReadWatchAsync(new WatchFilter(WatchState.Failed, null, 3), Now);
        var rest = await Store.ReadWatchAsync(new WatchFilter(WatchState.Failed, first[^1].HostId, 3), Now);
        Assert.Equal(failed, first.Concat(rest).Select(host => host.HostId));
        Assert.Equal(7, (await Store.ReadWatchAsync(new WatchFilter(null, null, 10), Now)).Count);
    }

    private protected async Task<IReadOnlyList<string>> HostsAsync(int count)
    {
        var hosts = new List<string>();
        for (var i = 0; i < count; i++)
        {
            hosts.Add(await HostAsync($"host{i}"));
        }

        return hosts;
    }

    private async Task<string> HostAsync(string name = "alpha")
    {
        var host = Records.Host(name);
        await Store.EnrolAsync(Records.Enrolment(host), Now);
        return host.Id;
    }

    private Task NoteAsync(string host, string evidence, WatchState state, string causes = WatchCauses.Affirmed, DateTimeOffset? at = null) =>
        Store.CommitAsync(Commit(host, evidence, state, causes, at), Now);

    private static AppraisalCommit Commit(string host, string evidence, WatchState state, string causes = WatchCauses.Affirmed, DateTimeOffset? at = null, bool heard = true) =>
        Records.Commit(host, evidence, at) with { Watch = new WatchNote(state, causes, heard, IsJudged: true) };

    private async Task<int> MissAsync(string host)
    {
        Assert.Equal([host], await Store.ClaimDueAsync("holder", Late, Lease, 10, Now));
        return await Store.MissDeadlinesAsync([host], "holder", Late, Now);
    }

    private async Task<WatchStatus> StatusAsync(string host) => (await Store.ReadWatchAsync(host, Now))!.Status;

    private Task<IReadOnlyList<HostEvent>> HistoryAsync(string host) => Store.ReadHostHistoryAsync(host, long.MaxValue, 100, Now);

    private static string Hex(string evidence) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(evidence)));
}
