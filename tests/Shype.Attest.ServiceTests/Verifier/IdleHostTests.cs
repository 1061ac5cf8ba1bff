using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>What is known of hosts that are not heard is given back, and nothing is lost by it.</summary>
public sealed class IdleHostTests : IAsyncLifetime
{
    private RunningVerifier _verifier = null!;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Fact]
    public async Task A_host_that_was_forgotten_goes_on_where_it_was()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        Assert.Equal(0, Forget());
        Assert.Equal(1, Forget());
        Assert.Equal(0, Forget());

        // Its log is asked for from where it was known, and what is sent then is enough.
        var challenge = await agent.ChallengeAsync();
        Assert.Equal((ulong)agent.Host.Records.Count, challenge.Known.NextRecord);
        Assert.Equal(0, Forget());
        Assert.Equal(TrustTier.Affirming, StatusOf(await agent.TokenAsync(agent.Host.Answer(challenge).Encode())));
    }

    [Fact]
    public async Task A_failure_that_sticks_is_not_forgotten_with_its_host()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        agent.Host.ExtendSecretly(11);
        var before = StatusOf(await agent.AttestAsync());
        Assert.NotEqual(TrustTier.Affirming, before);
        Forget();
        Assert.Equal(1, Forget());
        Assert.Equal(before, StatusOf(await agent.AttestAsync()));
    }

    [Fact]
    public async Task In_the_middle_of_an_appraisal_nothing_is_forgotten()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        var entry = _verifier.Service<HostDirectory>().Find("alpha")!;
        Forget();
        await entry.Gate.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, Forget());
        entry.Gate.Release();
        Assert.Equal(1, Forget());
    }

    private int Forget() => _verifier.Service<HostDirectory>().ForgetIdle();

    private static TrustTier StatusOf(string token)
    {
        Assert.True(ResultToken.TryReadUnverified(token, out var claims, out var problem), problem?.Detail);
        return claims.Result.Submods["host"].Status;
    }
}
