using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Question after question, while the host's agent comes and goes: each is answered with a verdict or with a reason, and none is left waiting.</summary>
public sealed class AskingStressTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R02_R14_no_second_of_the_clock_and_no_reconnection_leaves_a_question_without_an_answer()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
        await using var verifier = await RunningVerifier.StartAsync(new { EvidencePerMinute = 1_000_000, ResultLifetime = "01:00:00" }, clock);
        var agent = await verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        using var stop = new CancellationTokenSource();
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(Spin, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        var asker = verifier.RelyingParty();
        for (var second = 0; second < Rounds; second++)
        {
            await using (var serving = await agent.ServeAsync())
            {
                Assert.Equal(HttpStatusCode.OK, await AskAsync());
                Assert.Equal(HttpStatusCode.OK, await AskAsync());
                // The agent hangs up while a question may be on its way.
                var during = AskAsync();
                await serving.StopAsync();
                Assert.Contains(await during, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable]);
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await stop.CancelAsync();
        await Task.WhenAll(busy);

        void Spin()
        {
            while (!stop.IsCancellationRequested)
            {
                Thread.SpinWait(1000);
            }
        }

        async Task<HttpStatusCode> AskAsync()
        {
            using var response = await asker.PostAsJsonAsync("/v1/attest/vm/web", new AttestRequest { Nonce = new byte[8] }, ProtocolJson.Default.AttestRequest, Now);
            return response.StatusCode;
        }
    }

    // Every second has its own digits in a nonce: 64 of them, and some more.
    private const int Rounds = 70;
}
