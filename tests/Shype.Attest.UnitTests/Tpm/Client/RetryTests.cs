using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm.Client;

public sealed class RetryTests
{
    private const string Random = "8001 0000000d 00000000 0001 ab";

    [Theory]
    [InlineData("00000922")]
    [InlineData("00000908")]
    [InlineData("0000090a")]
    [InlineData("00000920")]
    public void What_the_TPM_cannot_do_now_is_sent_again_unchanged_with_growing_pauses(string code)
    {
        var refusal = "8001 0000000a " + code;
        using var transport = new ScriptedTransport(refusal, refusal, refusal, Random);
        var clock = new ImpatientClock();
        using var client = new TpmClient(transport, new TpmRetryPolicy { Clock = clock });
        Assert.Equal([0xab], client.Execute(new GetRandomCommand(1)).Random);
        Assert.Equal(4, transport.Commands.Count);
        Assert.All(transport.Commands, command => Assert.Equal(transport.Commands[0], command));
        Assert.Equal([20, 40, 80], clock.Pauses.Select(pause => pause.TotalMilliseconds));
    }

    [Fact]
    public void A_storm_of_retries_ends_with_what_the_TPM_said()
    {
        using var transport = new ScriptedTransport("8001 0000000a 00000922");
        var clock = new ImpatientClock();
        using var client = new TpmClient(transport, new TpmRetryPolicy { Clock = clock });
        var refused = Assert.Throws<TpmWarningException>(() => client.Execute(new GetRandomCommand(1)));
        Assert.Equal("TPM_RC_RETRY", refused.Code.Name);
        Assert.Equal(12, transport.Commands.Count);
        Assert.Equal(11, clock.Pauses.Count);
        Assert.Equal(TimeSpan.FromSeconds(2), clock.Pauses[^1]);
    }

    [Theory]
    [InlineData("00000921")]
    [InlineData("00000101")]
    [InlineData("00000902")]
    [InlineData("00000923")]
    [InlineData("0000098e")]
    public void Lockout_and_whatever_else_would_fail_again_is_not_sent_again(string code)
    {
        using var transport = new ScriptedTransport("8001 0000000a " + code, Random);
        using var client = new TpmClient(transport, new TpmRetryPolicy { Clock = new ImpatientClock() });
        Assert.ThrowsAny<TpmException>(() => client.Execute(new GetRandomCommand(1)));
        Assert.Single(transport.Commands);
    }

    [Fact]
    public void Never_is_never()
    {
        using var transport = new ScriptedTransport("8001 0000000a 00000922", Random);
        using var client = new TpmClient(transport, TpmRetryPolicy.Never);
        Assert.Throws<TpmWarningException>(() => client.Execute(new GetRandomCommand(1)));
        Assert.Single(transport.Commands);
    }

    /// <summary>A clock on which every pause is over at once, and remembered.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
