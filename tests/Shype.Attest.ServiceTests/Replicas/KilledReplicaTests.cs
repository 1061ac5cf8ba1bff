using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Replicas;

/// <summary>
/// Two real verifiers on one real PostgreSQL, agents connected to either, askers at both; one is killed without warning at random moments (threat row R14).
/// <c>SHYPE_KILL_ROUNDS</c> sets how often.
/// </summary>
public sealed class KilledReplicaTests(PostgresServer server) : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly ConcurrentBag<(string Host, string Token)> _acknowledged = [];
    private readonly ConcurrentDictionary<string, int> _answered = new(StringComparer.Ordinal);
    private volatile bool _stopped;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("SHYPE_KILL_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 3;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task R14_no_verdict_is_lost_or_doubled_and_no_host_is_stuck()
    {
        using var engine = Engine.Postgres(server);
        var vendor = new VirtualVendor();
        Node[] nodes = [new Node(_folder["a"], engine.Setting, vendor), new Node(_folder["b"], engine.Setting, vendor)];
        await nodes[0].StartAsync();
        await nodes[1].StartAsync(sharesKeysOf: nodes[0]);
        await nodes[0].PutReferencesAsync(0);
        var hosts = new List<EnrolledTpm>();
        for (var i = 0; i < 3; i++)
        {
            hosts.Add(await nodes[i % 2].EnrolAsync($"host-{i}"));
            await nodes[i % 2].ApproveAsync(hosts[i].Host.Id);
        }

        List<Task> running =
        [
            .. hosts.Select(host => Task.Run(() => UntilStoppedAsync(() => ServeAsync(nodes[RandomNumberGenerator.GetInt32(2)], host)))),
            .. hosts.SelectMany(host => Enumerable.Range(0, 2).Select(n => Task.Run(() => UntilStoppedAsync(() => AskAsync(nodes[n], host))))),
        ];
        for (var round = 0; round < Rounds; round++)
        {
            await AllAnsweredAsync(hosts, RandomNumberGenerator.GetInt32(1, 4));
            await Task.Delay(RandomNumberGenerator.GetInt32(0, 20), Now);
            var killed = nodes[round % 2];
            await killed.KillAsync();
            // Each host is asked and answers by way of the one that is left.
            await AllAnsweredAsync(hosts, 2);
            await killed.StartAsync();
        }

        await AllAnsweredAsync(hosts, 2);
        _stopped = true;
        Array.ForEach(nodes, node => node.Dispose());
        await Task.WhenAll(running);
        CheckKept(engine);
    }

    private void CheckKept(Engine engine)
    {
        using var session = engine.Database.Open();
        var kept = session.Query("SELECT host_id, evidence_digest FROM attestations", row => row.GetString(0) + Convert.ToHexStringLower(row.GetFieldValue<byte[]>(1)));
        Assert.Equal(kept.Count, kept.Distinct().Count());
        var lost = _acknowledged.Where(answer => !kept.Contains(answer.Host + EvidenceOf(answer.Token))).ToList();
        Assert.Empty(lost);
        Assert.NotEmpty(_acknowledged);
        using var store = AttestationStore.Open(engine.Database, File.ReadAllBytes(_folder["a/state/keys/audit.key"]));
        Assert.Null(store.FindAuditBreakAsync(Now).GetAwaiter().GetResult());
        Assert.Equal((long)kept.Count, engine.Scalar("SELECT count(*) FROM audit WHERE kind = 'appraisal'"));
        Assert.Equal((long)kept.Count, engine.Scalar("SELECT CAST(sum(appraisals) AS BIGINT) FROM hosts"));
    }

    // An agent that loses its verifier comes again, by way of a balancer that takes any.
    private static async Task ServeAsync(Node node, EnrolledTpm host)
    {
        await using var serving = await node.Agent(host).ServeAsync();
        await serving.Ended;
    }

    private async Task AskAsync(Node node, EnrolledTpm host)
    {
        using var response = await node.AskAsync("host/" + host.Host.Id, RandomNumberGenerator.GetBytes(8));
        if (response.StatusCode == HttpStatusCode.OK)
        {
            _acknowledged.Add((host.Host.Id, await response.Content.ReadAsStringAsync(Now)));
            _answered.AddOrUpdate(host.Host.Id, 1, (_, count) => count + 1);
        }
    }

    private async Task AllAnsweredAsync(List<EnrolledTpm> hosts, int more)
    {
        var before = hosts.ToDictionary(host => host.Host.Id, host => _answered.GetValueOrDefault(host.Host.Id));
        await TwoNodes.UntilAsync(() => Task.FromResult(before.All(host => _answered.GetValueOrDefault(host.Key) >= host.Value + more)));
    }

    // What cannot be reached is no acknowledgement: the process was killed.
    private async Task UntilStoppedAsync(Func<Task> step)
    {
        while (!_stopped)
        {
            try
            {
                await step();
            }
            catch (Exception lost) when (!Now.IsCancellationRequested && lost is not OutOfMemoryException)
            {
                await Task.Delay(20, Now);
            }
        }
    }

    private static string EvidenceOf(string token) => JsonDocument.Parse(Base64UrlText.TryDecode(token.Split('.')[1], out var bytes) ? bytes : []).RootElement
        .GetProperty("tag:shype.dev,2026:inputs").GetProperty("evidence").GetString()!;
}
