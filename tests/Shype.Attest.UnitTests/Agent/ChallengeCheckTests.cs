using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Agent.Attesting;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Agent;

/// <summary>A02: a verifier that proved who it is still gets no more than a challenge needs.</summary>
public sealed class ChallengeCheckTests
{
    private static readonly Challenge Good = new()
    {
        Nonce = new byte[32],
        Pcrs = [new("sha256", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13])],
        Expires = DateTimeOffset.UnixEpoch,
        Known = LogPosition.None,
        KnownPolicies = [],
    };

    public static TheoryData<string, Challenge> Bad => new()
    {
        { "the nonce has 65 bytes, 8 to 64 are allowed", Good with { Nonce = new byte[65] } },
        { "the nonce has 1048576 bytes", Good with { Nonce = new byte[1_048_576] } },
        { "the nonce has 7 bytes", Good with { Nonce = new byte[7] } },
        { "0 banks are asked for", Good with { Pcrs = [] } },
        { "5 banks are asked for, 1 to 4 are allowed", Good with { Pcrs = [.. Enumerable.Repeat(new PcrRequest("sha256", [1]), 5)] } },
        { "bank sha256 is there twice", Good with { Pcrs = [new("sha256", [1]), new("sha256", [2])] } },
        { "a bank is asked for that is not known", Good with { Pcrs = [new("md5\u001b[2J", [1])] } },
        { "PCRs of sha256 are asked for that a TPM does not have, or none", Good with { Pcrs = [new("sha256", [24])] } },
        { "PCRs of sha256 are asked for that a TPM does not have, or none", Good with { Pcrs = [new("sha256", [-1])] } },
        { "PCRs of sha256 are asked for that a TPM does not have, or none", Good with { Pcrs = [new("sha256", [])] } },
        { "PCRs of sha256 are not ascending", Good with { Pcrs = [new("sha256", [2, 1])] } },
        { "PCRs of sha256 are not ascending", Good with { Pcrs = [new("sha256", [1, 1])] } },
        { "257 known policies", Good with { KnownPolicies = [.. Enumerable.Repeat("00", 257)] } },
    };

    [Fact]
    public void A_challenge_becomes_the_selection_that_it_asks_for()
    {
        Assert.True(ChallengeCheck.TrySelect(Good with { Pcrs = [new("sha384", [7]), new("sha256", [0, 23])] }, out var pcrs, out _));
        Assert.Equal("sha384:7+sha256:0,23", pcrs.ToString());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A02_an_absurd_challenge_is_refused_with_the_reason(string reason, Challenge challenge)
    {
        Assert.False(ChallengeCheck.TrySelect(challenge, out _, out var problem));
        Assert.StartsWith(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A02_a_flood_is_answered_at_a_pace()
    {
        var clock = new FakeTimeProvider();
        var pace = new ChallengePace(clock);
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal(TimeSpan.Zero, pace.Next()));
        Assert.Equal(TimeSpan.FromMilliseconds(200), pace.Next());
        Assert.Equal(TimeSpan.FromMilliseconds(400), pace.Next());
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, pace.Next());
    }
}
