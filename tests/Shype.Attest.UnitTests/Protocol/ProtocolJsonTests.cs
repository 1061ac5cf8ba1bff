using System.Text;
using System.Text.Json;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

public sealed class ProtocolJsonTests
{
    private const string Good =
        """{"nonce":"AAEC","pcrs":[{"bank":"sha256","pcrs":[0,11]}],"expires":"2027-01-15T08:00:00+00:00","known":{"nextRecord":0},"knownPolicies":[]}""";

    [Fact]
    public void A_challenge_has_this_text()
    {
        var challenge = new Challenge
        {
            Nonce = [0, 1, 2],
            Pcrs = [new PcrRequest("sha256", [0, 11])],
            Expires = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000),
            Known = LogPosition.None,
            KnownPolicies = [],
        };
        var text = JsonSerializer.Serialize(challenge, ProtocolJson.Default.Challenge);
        Assert.Equal(Good, text);
        Assert.True(Read(text, out _));
    }

    [Theory]
    [InlineData("duplicate member", "\"nonce\":\"AAEC\",", "\"nonce\":\"AAEC\",\"nonce\":\"AAEC\",")]
    [InlineData("unknown member", "\"nonce\":", "\"extra\":1,\"nonce\":")]
    [InlineData("null member", "\"knownPolicies\":[]", "\"knownPolicies\":null")]
    [InlineData("missing member", ",\"knownPolicies\":[]", "")]
    [InlineData("missing inner member", "\"nextRecord\":0", "")]
    [InlineData("other spelling", "\"nonce\":", "\"Nonce\":")]
    [InlineData("padding", "AAEC", "AA==")]
    [InlineData("standard alphabet", "AAEC", "AA+/")]
    [InlineData("stray low bits", "AAEC", "AAF")]
    [InlineData("number as text", "\"nextRecord\":0", "\"nextRecord\":\"0\"")]
    [InlineData("float", "\"nextRecord\":0", "\"nextRecord\":0.5")]
    [InlineData("negative", "\"nextRecord\":0", "\"nextRecord\":-1")]
    public void A_challenge_is_read_strictly(string defect, string before, string after)
    {
        Assert.True(Read(Good, out _));
        Assert.Contains(before, Good, StringComparison.Ordinal);
        Assert.False(Read(Good.Replace(before, after, StringComparison.Ordinal), out var problem), defect);
        Assert.NotEmpty(problem!.Problem);
        Assert.DoesNotContain("LineNumber", problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_problem_names_member_and_byte()
    {
        var bad = Good.Replace("\"nextRecord\":0", "\n\"nextRecord\":\"x\"", StringComparison.Ordinal);
        Assert.False(Read(bad, out var problem));
        Assert.Equal("$.known.nextRecord", problem!.Member);
        Assert.InRange(problem.Offset, bad.IndexOf("\"x\"", StringComparison.Ordinal), bad.IndexOf("\"x\"", StringComparison.Ordinal) + 3);
    }

    private static bool Read(string text, out ProtocolProblem? problem) =>
        ProtocolJson.TryRead(Encoding.UTF8.GetBytes(text), ProtocolJson.Default.Challenge, out _, out problem);
}
