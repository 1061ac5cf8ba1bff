using System.Net;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>Two real verifiers on one real PostgreSQL.</summary>
public sealed class ReplicaTests(PostgresServer server) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_one_decides_holds_at_the_other_and_a_host_that_one_revoked_is_refused_by_the_other_at_once()
    {
        var (database, vendor) = ("postgres:" + server.NewDatabase(), new VirtualVendor());
        using var a = new Node(_folder["a"], database, vendor);
        using var b = new Node(_folder["b"], database, vendor);
        await a.StartAsync();
        await b.StartAsync(sharesKeysOf: a);

        var enrolled = await a.EnrolAsync("alpha");
        await UntilAsync(async () => await b.StateAsync("alpha") == HostState.Pending);
        await b.ApproveAsync("alpha");
        await UntilAsync(async () => await a.StateAsync("alpha") == HostState.Enrolled);
        Assert.Equal(HttpStatusCode.OK, (await a.PutReferencesAsync(0)).StatusCode);
        await UntilAsync(async () => await b.ReferencesVersionAsync() == 1);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await b.PutReferencesAsync(0)).StatusCode);

        // In turns: each must take up the other's memory of the host, and the same evidence counts once.
        var (atA, atB) = (a.Agent(enrolled), b.Agent(enrolled));
        for (var i = 0; i < 3; i++)
        {
            Assert.DoesNotContain("quote-replayed", Payload(await atA.AttestAsync()), StringComparison.Ordinal);
            var evidence = enrolled.Host.Answer(await atB.ChallengeAsync()).Encode();
            Assert.DoesNotContain("quote-replayed", Payload(await atB.TokenAsync(evidence)), StringComparison.Ordinal);
            Assert.Matches("quote-replayed|clock-went-backwards", Payload(await atA.TokenAsync(evidence)));
        }

        var ready = enrolled.Host.Answer(await atB.ChallengeAsync()).Encode();
        await a.RevokeAsync("alpha");
        using var refused = await atB.SendAsync(ready);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(ProblemTypes.HostRevoked, (await Answer.ProblemAsync(refused)).Type);
        await UntilAsync(async () => await b.StateAsync("alpha") == HostState.Revoked);
    }

    [Fact]
    public async Task R18_two_that_write_at_once_leave_one_audit_without_a_gap_and_start_at_once_on_an_empty_database()
    {
        using var engine = Engine.Postgres(server);
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => AttestationStore.Open(engine.Database, new byte[32]))));
        var hosts = Enumerable.Range(0, 4).Select(i => Records.Host($"host{i}")).ToList();
        await Task.WhenAll(hosts.Select((host, i) => stores[i].EnrolAsync(Records.Enrolment(host), Now)));
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => stores[i % 4].CommitAsync(Records.Commit(hosts[i / 4 % 4].Id, $"evidence {i}"), Now)));
        Assert.Equal(404L, engine.Scalar("SELECT count(*) FROM audit"));
        Assert.Null(await stores[0].FindAuditBreakAsync(Now));

        // The same version of the references is won by one of them.
        var edits = await Task.WhenAll(stores.Select(store => store.WriteReferencesAsync([1], 0, new ReferenceEventRecord { At = Records.At, Actor = "x", Action = "set", Name = "o", Changes = "[]" }, Now)));
        Assert.Single(edits, edit => edit is not null);
        Array.ForEach(stores, store => store.Dispose());
    }

    [Fact]
    public async Task A_verdict_by_a_state_that_somebody_else_changed_is_not_kept()
    {
        using var engine = Engine.Postgres(server);
        using var here = AttestationStore.Open(engine.Database, new byte[32]);
        using var there = AttestationStore.Open(engine.Database, new byte[32]);
        var host = Records.Host("alpha");
        await here.EnrolAsync(Records.Enrolment(host), Now);
        var commit = Records.Commit(host.Id) with { Revision = 1, Appraisals = 0 };
        await there.CommitAsync(commit, Now);
        await Assert.ThrowsAsync<StaleHostException>(() => here.CommitAsync(commit, Now));
        await there.SetStateAsync(new StateChange(host.Id, HostState.Revoked, "stolen", "operator", Records.At), Now);
        // Among others that are kept.
        var others = Enumerable.Range(0, 20).Select(i => here.CommitAsync(Records.Commit(host.Id, $"other {i}"), Now)).ToList();
        await Assert.ThrowsAsync<StaleHostException>(() => here.CommitAsync(commit with { Appraisals = null }, Now));
        await Task.WhenAll(others);
        Assert.Equal(21L, engine.Scalar("SELECT count(*) FROM attestations"));
        Assert.Null(await here.FindAuditBreakAsync(Now));
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            Now.ThrowIfCancellationRequested();
            await Task.Delay(20, Now);
        }
    }

    private static string Payload(string token) =>
        System.Text.Encoding.UTF8.GetString(Base64UrlText.TryDecode(token.Split('.')[1], out var bytes) ? bytes : []);
}
