using System.Text;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Attesting;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Agent;

/// <summary>The agent shows verdicts; what it cannot read is never a yes.</summary>
public sealed class VerdictTests
{
    [Theory]
    [InlineData("affirming", "affirming", true)]
    [InlineData("affirming affirming", "affirming", true)]
    [InlineData("affirming warning", "warning", false)]
    [InlineData("warning none", "none", false)]
    [InlineData("none contraindicated", "contraindicated", false)]
    [InlineData("affirming splendid", "none", false)]
    [InlineData("", "none", false)]
    public void The_worst_part_decides_and_only_affirming_is_a_yes(string tiers, string status, bool yes)
    {
        var parts = tiers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((tier, i) => $"\"vm/{i}\": {{\"ear.status\": \"{tier}\"}}");
        var verdict = Verdict.Read(Token($"{{\"submods\": {{{string.Join(',', parts)}}}}}"));
        Assert.Equal((status, yes), (verdict.Status, verdict.IsYes));
    }

    [Fact]
    public void Findings_come_with_code_severity_and_sentence()
    {
        var verdict = Verdict.Read(Token("""
            {"submods": {"vm/1": {"ear.status": "contraindicated",
              "tag:shype.dev,2026:vm": {"uuid": "1", "name": "web", "label": "l", "running": true},
              "tag:shype.dev,2026:findings": [{"code": "vm-image-unknown", "severity": "failure", "subject": "vm/web", "text": "web is not known."}]}}}
            """));
        var part = Assert.Single(verdict.Parts);
        Assert.Equal(("vm/1", "contraindicated", "web"), (part.Name, part.Status, part.Vm));
        Assert.Equal([new VerdictFinding("vm-image-unknown", "failure", "web is not known.")], part.Findings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.!.c")]
    [InlineData("{}")]
    [InlineData("{\"submods\": 1}")]
    [InlineData("{\"submods\": {\"host\": {}}}")]
    [InlineData("{\"submods\": {\"host\": {\"ear.status\": 1}}}")]
    [InlineData("[")]
    public void What_is_no_result_is_refused(string claims)
    {
        var refused = Assert.Throws<AgentException>(() => Verdict.Read(claims.StartsWith('{') || claims.StartsWith('[') ? Token(claims) : claims));
        Assert.Equal(ExitCode.CouldNot, refused.Code);
    }

    private static string Token(string claims) => $"e30.{Base64UrlText.Encode(Encoding.UTF8.GetBytes(claims))}.AAAA";
}
