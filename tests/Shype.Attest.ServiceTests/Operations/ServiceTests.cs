using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>The program as a service: what it tells its manager, and how it ends.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_manager_hears_ready_signs_of_life_and_stopping_each_with_a_status()
    {
        using var manager = new ServiceManager(_folder["notify"], watchdogMilliseconds: 400);
        using var node = new Node(_folder.Path, "", new VirtualVendor()) { Environment = manager.Environment };
        await node.StartAsync();
        var ready = await manager.HearAsync(Now);
        Assert.Equal("READY=1", ready[0]);
        Assert.Equal("STATUS=Serving 127.0.0.1:0, 0 agents connected", ready[1]);
        Assert.StartsWith("STATUS=", (await manager.HearUntilAsync("WATCHDOG=1", Now))[1], StringComparison.Ordinal);
        await manager.HearUntilAsync("WATCHDOG=1", Now);
        await TerminateAsync(node);
        await manager.HearUntilAsync("STOPPING=1", Now);
        await node.Process.WaitForExitAsync(Now);
        Assert.Equal(0, node.Process.ExitCode);
    }

    [Fact]
    public async Task A_watchdog_that_was_not_asked_for_is_not_fed()
    {
        using var manager = new ServiceManager(_folder["notify"]);
        using var node = new Node(_folder.Path, "", new VirtualVendor()) { Environment = manager.Environment };
        await node.StartAsync();
        Assert.Contains("READY=1", await manager.HearAsync(Now));
        await TerminateAsync(node);
        Assert.Equal("STOPPING=1", (await manager.HearAsync(Now))[0]);
        await node.Process.WaitForExitAsync(Now);
    }

    [Fact]
    public async Task At_the_end_evidence_in_flight_is_finished_those_who_wait_are_answered_and_connections_are_let_go()
    {
        using var manager = new ServiceManager(_folder["notify"]);
        using var node = new Node(_folder.Path, "", new VirtualVendor()) { Environment = manager.Environment };
        await node.StartAsync();
        var agent = node.Agent(await node.EnrolAsync("alpha"));
        await node.ApproveAsync("alpha");
        using var connection = await agent.ConnectAsync();
        using var asker = node.Client((await File.ReadAllTextAsync(_folder["state/relying-party.token"], Now)).Trim());
        var asked = asker.PostAsJsonAsync("/v1/attest/host/alpha", new AttestRequest { Nonce = new byte[32] }, ProtocolJson.Default.AttestRequest, Now);
        var challenges = connection.Challenges().GetAsyncEnumerator(Now);
        Assert.True(await challenges.MoveNextAsync());
        var body = new HeldBody(agent.Host.Answer(challenges.Current).Encode());
        using var evidence = new HttpRequestMessage(HttpMethod.Post, $"/v1/hosts/{agent.Host.Id}/evidence") { Content = body };
        body.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.CmwCbor);
        var sent = agent.Client.SendAsync(evidence, Now);
        await body.HalfSent.Task;

        await TerminateAsync(node);
        await manager.HearUntilAsync("STOPPING=1", Now);
        // The held connection ends by itself; who asked is told that nobody is there any more, and does not wait for his time to run out.
        Assert.False(await challenges.MoveNextAsync());
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        body.Rest.SetResult();
        using var verdict = await sent;
        Assert.Equal(HttpStatusCode.OK, verdict.StatusCode);
        Assert.True(ResultToken.TryReadUnverified(await verdict.Content.ReadAsStringAsync(Now), out _, out _));
        await node.Process.WaitForExitAsync(Now);
        Assert.Equal(0, node.Process.ExitCode);
    }

    private static async Task TerminateAsync(Node node)
    {
        // The process is "env" until that has become the program.
        await Tool.Run(null, "kill", "-TERM", node.Process.Id.ToString(CultureInfo.InvariantCulture));
    }

    // Sends its first half at once and its second when it is told to.
    private sealed class HeldBody(byte[] content) : HttpContent
    {
        public TaskCompletionSource HalfSent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Rest { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(content.AsMemory(0, content.Length / 2));
            await stream.FlushAsync();
            HalfSent.SetResult();
            await Rest.Task;
            await stream.WriteAsync(content.AsMemory(content.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length;
            return true;
        }
    }
}
