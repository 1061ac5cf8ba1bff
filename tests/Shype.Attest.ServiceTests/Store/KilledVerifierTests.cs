using System.Globalization;
using System.Security.Cryptography;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>
/// The real verifier, killed without warning at random moments under load (threat row R14). <c>SHYPE_KILL_ROUNDS</c> sets how often; a long run is a
/// thousand.
/// </summary>
public sealed class KilledVerifierTests(PostgresServer server) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("SHYPE_KILL_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 4;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task R14_on_SQLite_nothing_acknowledged_is_lost() => KillAsync(Engine.Sqlite());

    [Fact]
    public Task R14_on_PostgreSQL_nothing_acknowledged_is_lost() => KillAsync(Engine.Postgres(server));

    private async Task KillAsync(Engine engine)
    {
        using var database = engine;
        var loads = new List<Load>();
        var vendor = new VirtualVendor();
        for (var round = 0; round < Rounds; round++)
        {
            using var node = new Node(_folder["node"], engine.Setting, vendor);
            await node.StartAsync();
            foreach (var before in loads)
            {
                await before.CheckAsync(node);
            }

            var load = await Load.StartAsync(node, 3, $"round{round}");
            loads.Add(load);
            await load.AcknowledgedAsync(RandomNumberGenerator.GetInt32(1, 30));
            await Task.Delay(RandomNumberGenerator.GetInt32(0, 20), Now);
            await node.KillAsync();
            await load.StopAsync();
            CheckWhole(engine, load);
        }
    }

    // Every acknowledged verdict, each with its audit record, each host with its request, and an unbroken chain.
    private void CheckWhole(Engine engine, Load load)
    {
        using (var session = engine.Database.Open())
        {
            var kept = session.Query("SELECT result FROM attestations", row => row.GetString(0)).ToHashSet(StringComparer.Ordinal);
            Assert.DoesNotContain(load.Results, verdict => !kept.Contains(verdict));
        }

        var key = File.ReadAllBytes(_folder["node/state/keys/audit.key"]);
        using var store = AttestationStore.Open(engine.Database, key);
        Assert.Null(store.FindAuditBreakAsync(Now).GetAwaiter().GetResult());
        Assert.Equal(engine.Scalar("SELECT count(*) FROM attestations"), engine.Scalar("SELECT count(*) FROM audit WHERE kind = 'appraisal'"));
        Assert.Equal(engine.Scalar("SELECT count(*) FROM hosts"), engine.Scalar("SELECT count(*) FROM audit WHERE kind = 'enrolment'"));
        Assert.Equal(engine.Scalar("SELECT count(*) FROM hosts"), engine.Scalar("SELECT count(*) FROM host_requests"));
        Assert.Equal(engine.Scalar("SELECT CAST(sum(appraisals) AS BIGINT) FROM hosts"), engine.Scalar("SELECT count(*) FROM attestations"));
        // Each state with the change that made it, and with the verdict that caused it.
        Assert.Equal(0L, engine.Scalar("SELECT count(*) FROM host_watch AS w WHERE state <> (SELECT to_state FROM host_events WHERE host_id = w.host_id ORDER BY number DESC LIMIT 1)"));
        Assert.Equal(0L, engine.Scalar(
            "SELECT count(*) FROM host_watch AS w WHERE evidence <> (SELECT evidence_digest FROM attestations WHERE host_id = w.host_id ORDER BY number DESC LIMIT 1)"));
        Assert.Equal(engine.Scalar("SELECT count(DISTINCT host_id) FROM attestations"), engine.Scalar("SELECT count(*) FROM host_watch WHERE evidence IS NOT NULL"));
        Assert.Equal(engine.Scalar("SELECT count(*) FROM reference_documents"), engine.Scalar("SELECT count(*) FROM reference_events"));
    }
}
