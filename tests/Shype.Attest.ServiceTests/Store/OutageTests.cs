using System.Globalization;
using System.Net;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>The database goes away, or its disk is full, and comes back (threat row R14); the verifier runs on.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task R14_PostgreSQL_goes_under_load_and_comes_back_and_nothing_acknowledged_is_lost(string mode)
    {
        PostgresServer.Need();
        // A server of its own: other tests use the other one.
        using var server = new PostgresServer();
        var database = server.NewDatabase();
        using var node = new Node(_folder["node"], "postgres:" + database, new VirtualVendor());
        await node.StartAsync();
        var load = await Load.StartAsync(node, hosts: 4);
        await load.AcknowledgedAsync(20);
        server.Stop(mode);
        await load.RefusedAsync(4);
        // What it says of itself may be a second old.
        while ((await node.Anonymous.GetAsync("/healthz/ready", Now)).StatusCode != HttpStatusCode.ServiceUnavailable)
        {
            await load.RefusedAsync(1);
        }

        Assert.Equal(HttpStatusCode.OK, (await node.Anonymous.GetAsync("/healthz/live", Now)).StatusCode);
        using (var refused = await node.Operator.PostAsync("/v1/hosts/host0/approve", null, Now))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("database", (await Answer.ProblemAsync(refused)).Detail, StringComparison.Ordinal);
        }

        server.Start();
        await load.AcknowledgedAsync(20);
        await load.StopAsync();
        await node.ReadyAsync();
        Assert.All(load.Refusals, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        await load.CheckAsync(node);
    }

    [Fact]
    public async Task R14_a_full_disk_shows_and_when_there_is_room_again_the_verifier_goes_on()
    {
        using var node = new Node(_folder["node"], _folder["verifier.db"], new VirtualVendor());
        await node.StartAsync(fileLimit: 2048);
        var load = await Load.StartAsync(node, hosts: 2);
        await load.RefusedAsync(2);
        // Small things may fit for a while.
        while ((await node.Anonymous.GetAsync("/healthz/ready", Now)).StatusCode != HttpStatusCode.ServiceUnavailable)
        {
            await load.RefusedAsync(1);
        }

        await Tool.Run(null, "prlimit", "--pid", node.Process.Id.ToString(CultureInfo.InvariantCulture), "--fsize=unlimited:");
        await load.AcknowledgedAsync(10);
        await load.StopAsync();
        await node.ReadyAsync();
        await load.CheckAsync(node);
        await node.KillAsync();
        await node.StartAsync();
        await load.CheckAsync(node);
    }
}
