using System.Net.ServerSentEvents;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Watch;

/// <summary>Two real verifiers on one real PostgreSQL watch one fleet.</summary>
public sealed class WatchReplicaTests(PostgresServer server) : IDisposable
{
    private const int Hosts = 8;
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task When_one_is_killed_the_other_finds_every_missed_deadline_and_each_is_told_once()
    {
        using var engine = Engine.Postgres(server);
        var vendor = new VirtualVendor();
        using var a = new Node(_folder["a"], engine.Setting, vendor) { Settings = new { WatchLease = "00:00:02" } };
        using var b = new Node(_folder["b"], engine.Setting, vendor) { Settings = new { WatchLease = "00:00:02" } };
        await a.StartAsync();
        await b.StartAsync(sharesKeysOf: a);
        var hosts = new List<EnrolledTpm>();
        for (var i = 0; i < Hosts; i++)
        {
            hosts.Add(await a.EnrolAsync($"host{i}"));
            await a.ApproveAsync(hosts[i].Host.Id);
        }

        // Who follows at one sees what was decided at the other.
        using var following = await b.Operator.GetAsync("/v1/events?after=0", HttpCompletionOption.ResponseHeadersRead, Now);
        var events = SseParser.Create(await following.Content.ReadAsStreamAsync(Now)).EnumerateAsync(Now).GetAsyncEnumerator(Now);
        await a.Agent(hosts[0]).AttestAsync();
        var told = new List<HostEvent>();
        await UntilAsync(events, told, 2 * Hosts + 1);

        // All are due, some under the lease of one that is gone; and one verifier dies in the middle of its work.
        engine.Change("UPDATE host_watch SET due_at = 1; "
            + $"UPDATE host_watch SET lease_by = 'dead', lease_until = {DateTimeOffset.UtcNow.AddSeconds(2).ToUnixTimeMilliseconds()} WHERE host_id < '{hosts[3].Host.Id}';");
        await a.KillAsync();
        await UntilAsync(events, told, 3 * Hosts + 1);

        Assert.Equal(told.Select(change => change.Number).Order(), told.Select(change => change.Number));
        var silent = told.Where(change => change.Silent).ToList();
        Assert.Equal(hosts.Select(host => host.Host.Id).Order(StringComparer.Ordinal), silent.Select(change => change.HostId).Order(StringComparer.Ordinal));
        Assert.Equal((long)Hosts, engine.Scalar("SELECT count(*) FROM host_events WHERE silent = 1"));
        Assert.Equal((long)Hosts, engine.Scalar("SELECT count(*) FROM audit WHERE kind = 'watch'"));
    }

    private static async Task UntilAsync(IAsyncEnumerator<SseItem<string>> events, List<HostEvent> told, int count)
    {
        while (told.Count < count)
        {
            Assert.True(await events.MoveNextAsync());
            told.AddRange(events.Current.EventType == "host-state" ? [JsonSerializer.Deserialize(events.Current.Data, ProtocolJson.Default.HostEvent)!] : []);
        }
    }
}
