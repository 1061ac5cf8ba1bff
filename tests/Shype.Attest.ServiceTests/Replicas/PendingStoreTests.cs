using Shype.Attest.ServiceTests.Store;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Replicas;

/// <summary>Half-finished enrolments in a store that verifiers share.</summary>
public sealed class PendingStoreTests(PostgresServer server)
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task K15_they_are_bounded_in_number_and_time_whoever_adds_them()
    {
        using var engine = Engine.Postgres(server);
        using var store = AttestationStore.Open(engine.Database, new byte[32]);
        var pending = new[] { 0, 1 }.Select(_ => new SharedPendingEnrolments(store, new VerifierOptions { MaxPendingEnrolments = 5 })).ToList();
        using var tpm = new SoftwareTpm();
        for (var i = 0; i < 40; i++)
        {
            await pending[i % 2].AddAsync(new PendingEnrolment($"{i}", tpm.Request("flood", []), At.AddMilliseconds(i)), At, Now);
        }

        Assert.Equal(5L, engine.Scalar("SELECT count(*) FROM pending_enrolments"));
        Assert.Null(await pending[0].TakeAsync("34", At, Now));
        Assert.Equal("flood", (await pending[0].TakeAsync("35", At.AddMilliseconds(35), Now))!.Request.HostName);
        Assert.Null(await pending[1].TakeAsync("35", At, Now));
        Assert.Null(await pending[1].TakeAsync("36", At.AddMilliseconds(37), Now));

        await pending[1].AddAsync(new PendingEnrolment("later", tpm.Request("later", []), At.AddMinutes(2)), At.AddMinutes(1), Now);
        Assert.Equal(1L, engine.Scalar("SELECT count(*) FROM pending_enrolments"));
    }
}
