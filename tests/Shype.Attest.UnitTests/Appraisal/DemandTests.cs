using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>What relying parties and operators demand: answered from what was proven, and never a yes where something demanded is not.</summary>
public sealed class DemandTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A demand, what happens on the host, verdict, strength, path and records of the witness, and the code of the finding.</summary>
    public static TheoryData<string, string, string, string, string, string> Cases => new()
    {
        { """{"never-together": ["Bank.A", "Bank.B"]}""", "", "holds", "gated", "", "" },
        { """{"never-together": ["Shop.Web", "Bank.A"]}""", "", "violated", "violated", "Shop.Web Bank.A", "isolation-demand-violated" },
        { """{"never-together": ["Bank.A", "Bank.B"]}""", "conflict", "violated", "violated", "Bank.A Bank.B #6", "isolation-demand-violated" },
        { """{"never-together": ["Bank.A", "Bank.B"]}""", "conflict over", "violated", "violated", "Bank.A Bank.B #6", "isolation-demand-violated" },
        { """{"never-together": ["Bank.A", "Bank.B"]}""", "gap", "unknown", "unknown", "", "demand-not-proven" },
        { """{"never-together": ["Bank.A", "Bank.C"]}""", "", "unknown", "unknown", "", "demand-not-proven" },
        { """{"no-flow": {"from": "Bank.A", "to": "Bank.B", "except-through": ["SystemManagement", "Clearing"]}}""", "", "holds", "gated", "", "" },
        { """{"no-flow": {"from": "Bank.A", "to": "Bank.B", "except-through": ["SystemManagement"]}}""", "", "violated", "violated", "Bank.A Clearing Bank.B", "isolation-demand-violated" },
        { """{"no-flow": {"from": "Bank.A", "to": "Bank.B", "transitively": false}}""", "", "holds", "gated", "", "" },
        { """{"no-flow": {"from": "Bank.A", "to": "Bank.B", "transitively": false}}""", "resource denied", "unknown", "unknown", "", "demand-not-proven" },
        { """{"only-shares-with": {"label": "Shop.Database", "others": ["Shop.Web"]}}""", "", "holds", "gated", "", "" },
        { """{"only-shares-with": {"label": "Shop.Database", "others": []}}""", "", "violated", "violated", "Shop.Database Shop.Web", "isolation-demand-violated" },
        { """{"runs-alone": "Bank.A"}""", "", "violated", "violated", "Bank.A Clearing", "isolation-demand-violated" },
        { """{"resource-only": {"resource": "bank-a.ledger", "labels": ["Bank.A", "Clearing"]}}""", "", "holds", "gated", "", "" },
        { """{"resource-only": {"resource": "bank-a.ledger", "labels": ["Bank.A"]}}""", "", "violated", "violated", "bank-a.ledger Clearing", "isolation-demand-violated" },
        { """{"label-is": {"vm": "web", "label": "Shop.Web"}}""", "", "holds", "gated", "", "" },
        { """{"label-is": {"vm": "web", "label": "Bank.A"}}""", "", "violated", "violated", "Shop.Web", "configuration-demand-violated" },
        { """{"label-is": {"vm": "bank-a", "label": "Bank.A"}}""", "", "unknown", "unknown", "", "demand-not-proven" },
        { """{"label-is": {"vm": "web", "label": "Shop.Web"}}""", "gap", "unknown", "unknown", "", "demand-not-proven" },
        { """{"policy-unchanged": true}""", "", "holds", "gated", "", "" },
        { """{"policy-unchanged": true}""", "policy change", "violated", "violated", "#5", "configuration-demand-violated" },
        { """{"enforced-by": "gate"}""", "", "holds", "gated", "", "" },
        { """{"enforced-by": "hypervisor"}""", "", "violated", "violated", "", "configuration-demand-violated" },
        { """{"enforced-by": "gate"}""", "no policy file", "unknown", "unknown", "", "demand-not-proven" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_demand_is_answered_with_its_witness_and_no_yes_stands_beside_one_that_is_not_proven(
        string demand, string what, string verdict, string strength, string witness, string code)
    {
        foreach (var isStored in new[] { false, true })
        {
            var (host, verifier) = World(what);
            verifier.Ask();
            if (isStored)
            {
                verifier.Restart();
            }

            var result = verifier.Appraise(host.Answer(verifier.Challenge())).ToResult(Request(Demands($"[{demand}]")));
            Assert.All(result.Submods.Values, part =>
            {
                var answer = Assert.Single(part.Guarantees!, guarantee => guarantee.DemandedBy == "asker");
                Assert.Equal((verdict, strength, witness), (answer.Verdict, answer.Strength, Text(answer.Witness)));
                Assert.Equal(verdict == "unknown", answer.Missing is not null);
                Assert.Equal(code.Length == 0 ? [] : [code], part.Findings!.Where(finding => finding.Subject == "guarantees[0]").Select(finding => finding.Code));
                Assert.True(code.Length == 0 || part.Status > TrustTier.Affirming, part.Status.ToString());
            });
            Assert.Equal(what.Length == 0 && code.Length == 0, result.Status == TrustTier.Affirming && what.Length == 0);
            ResultSchema.Check(result);
        }
    }

    [Fact]
    public void A_violated_demand_says_why_in_the_vector()
    {
        var result = new VirtualVerifier(VirtualHost.Boot()).Ask().ToResult(Request(Demands("""[{"runs-alone": "Bank.A"}]""")));
        Assert.All(result.Submods.Values, part => Assert.Equal((96, 96, TrustTier.Contraindicated), (part.TrustVector!.Configuration, part.TrustVector.RuntimeOpaque, part.Status)));
    }

    [Fact]
    public void What_one_asker_demands_is_not_in_the_result_of_another()
    {
        var verdict = new VirtualVerifier(VirtualHost.Boot()).Ask();
        Assert.Equal(TrustTier.Contraindicated, verdict.ToResult(Request(Demands("""[{"runs-alone": "Bank.A"}]"""))).Status);
        var other = verdict.ToResult(Request(DemandSet.None));
        Assert.Equal(TrustTier.Affirming, other.Status);
        Assert.All(other.Submods.Values, part => Assert.DoesNotContain(part.Guarantees!, guarantee => guarantee.DemandedBy is not null));
        Assert.All(verdict.ToResult(Request(Demands("""[{"policy-unchanged": true}]"""))).Submods.Values,
            part => Assert.Equal("policy-unchanged", Assert.Single(part.Guarantees!, guarantee => guarantee.DemandedBy is not null).Id));
    }

    [Fact]
    public void What_an_operator_demands_is_in_every_result_and_is_proven_once()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host) { Rules = new() { Guarantees = Demands("""[{"policy-unchanged": true}, {"runs-alone": "Bank.A"}]""") } };
        var verdict = verifier.Ask();
        Assert.Equal(TrustTier.Contraindicated, verdict.Host.Status);
        Assert.Equal("rules.guarantees[1]", Assert.Single(verdict.Findings, finding => finding.Code == FindingCode.IsolationDemandViolated).Subject);
        var result = verdict.ToResult(Request(DemandSet.None));
        Assert.All(result.Submods.Values, part => Assert.Equal(["holds", "violated"], part.Guarantees!.Where(guarantee => guarantee.DemandedBy == "operator").Select(guarantee => guarantee.Verdict)));
        ResultSchema.Check(result);
        verifier.Rules = new() { Guarantees = Demands("""[{"policy-unchanged": true}]""") };
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
    }

    [Fact]
    public void Demands_of_a_host_whose_quote_is_worth_nothing_are_unknown()
    {
        var result = new VirtualVerifier(VirtualHost.Boot()).Ask(quote => quote with { ExtraData = [] }).ToResult(Request(Demands("""[{"policy-unchanged": true}]""")));
        Assert.Equal(("unknown", "asker"), (result.Submods["host"].Guarantees![0].Verdict, result.Submods["host"].Guarantees![0].DemandedBy));
        ResultSchema.Check(result);
    }

    [Theory]
    [InlineData("no list", "{}", "$.guarantees")]
    [InlineData("empty", "[]", "$.guarantees")]
    [InlineData("text", "[\"never-together\"]", "$.guarantees[0]")]
    [InlineData("unknown demand", """[{"policy-unchanged": true}, {"be-nice": true}]""", "$.guarantees[1]")]
    [InlineData("two in one", """[{"policy-unchanged": true, "runs-alone": "a"}]""", "$.guarantees[0]")]
    [InlineData("one twice", """[{"policy-unchanged": true, "policy-unchanged": true}]""", "$.guarantees[0]")]
    [InlineData("unknown member", """[{"no-flow": {"from": "a", "to": "b", "over": "c"}}]""", "$.guarantees[0].no-flow.over")]
    [InlineData("member twice", """[{"no-flow": {"from": "a", "from": "b", "to": "c"}}]""", "$.guarantees[0].no-flow")]
    [InlineData("member missing", """[{"no-flow": {"from": "a"}}]""", "$.guarantees[0].no-flow")]
    [InlineData("no text", """[{"no-flow": {"from": "a", "to": 1}}]""", "$.guarantees[0].no-flow.to")]
    [InlineData("empty text", """[{"runs-alone": ""}]""", "$.guarantees[0].runs-alone")]
    [InlineData("control character", "[{\"runs-alone\": \"a\\u001bb\"}]", "$.guarantees[0].runs-alone")]
    [InlineData("no Unicode", "[{\"runs-alone\": \"a\\ud800b\"}]", "$.guarantees")]
    [InlineData("null", """[{"runs-alone": null}]""", "$.guarantees[0].runs-alone")]
    [InlineData("one label", """[{"never-together": ["a"]}]""", "$.guarantees[0].never-together")]
    [InlineData("no flag", """[{"policy-unchanged": 1}]""", "$.guarantees[0].policy-unchanged")]
    [InlineData("not demanded", """[{"policy-unchanged": false}]""", "$.guarantees[0].policy-unchanged")]
    [InlineData("enforced by nobody", """[{"enforced-by": "hope"}]""", "$.guarantees[0].enforced-by")]
    public void A_request_that_is_not_understood_is_refused_by_its_path(string what, string json, string member)
    {
        Assert.False(TryRead(json, out _, out var problem), what);
        Assert.Equal(member, problem!.Member);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Demands_and_their_labels_are_bounded(int over)
    {
        var demands = string.Join(", ", Enumerable.Repeat("""{"policy-unchanged": true}""", ProtocolLimits.MaxDemands + over));
        Assert.Equal(over == 0, TryRead($"[{demands}]", out _, out _));
        var labels = string.Join(", ", Enumerable.Range(0, ProtocolLimits.MaxDemandLabels + over).Select(i => $"\"l{i}\""));
        Assert.Equal(over == 0, TryRead($$"""[{"never-together": [{{labels}}]}]""", out _, out var problem));
        Assert.Equal(over == 0 ? null : "$.guarantees[0].never-together", problem?.Member);
        Assert.Equal(over == 0, TryRead($$"""[{"runs-alone": "{{new string('a', DemandGrammar.MaxText + over)}}"}]""", out _, out _));
    }

    [Fact]
    public void Mediators_without_demands_are_refused()
    {
        var body = """{"nonce": "AAECAwQFBgc", "mediators": ["a"]}"""u8;
        Assert.True(ProtocolJson.TryRead(body, ProtocolJson.Default.AttestRequest, out var request, out _));
        Assert.False(DemandJson.TryRead(request, out _, out var problem));
        Assert.Equal("$.mediators", problem.Member);
    }

    [Fact]
    public void What_is_written_is_read_back_the_same()
    {
        var all = $"[{string.Join(", ", Cases.Select(row => row.Data.Item1).Distinct())}]";
        var demands = Demands(all, """["SystemManagement", "Clearing"]""");
        var request = DemandJson.Write(new() { Nonce = new byte[8] }, demands);
        var bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.AttestRequest);
        Assert.True(ProtocolJson.TryRead(bytes, ProtocolJson.Default.AttestRequest, out var read, out _));
        Assert.True(DemandJson.TryRead(read, out var back, out var problem), problem?.ToString());
        Assert.True(back.Mediators.SetEquals(demands.Mediators));
        Assert.Equal(Texts(demands), Texts(back));
    }

    private static IEnumerable<string> Texts(DemandSet set) => set.Demands.Select(demand => DemandJson.Write(demand).GetRawText());

    private static (VirtualHost Host, VirtualVerifier Verifier) World(string what)
    {
        var host = VirtualHost.Boot(spec => what == "no policy file" ? spec with { PolicyFile = null } : spec);
        _ = what switch
        {
            "conflict" => host.Start(VirtualVms.BankA).Start(VirtualVms.BankB),
            "conflict over" => host.Start(VirtualVms.BankA).Start(VirtualVms.BankB).Stop(VirtualVms.BankA.Uuid).Stop(VirtualVms.BankB.Uuid),
            "gap" => host.Measure(new GapContent { Since = Now, Reason = "restarted late" }),
            "policy change" => host.ChangePolicy(VirtualPolicies.BanksNext()),
            "resource denied" => host.Measure(new ResourceAttachContent { Uuid = VirtualVms.Web.Uuid, Kind = "disk", Name = "xvdc", Label = "bank-a.ledger" }),
            _ => host,
        };
        var verifier = new VirtualVerifier(host);
        if (what != "no policy file")
        {
            verifier.Keep(VirtualPolicies.Banks);
            verifier.Keep(VirtualPolicies.BanksNext());
        }

        return (host, verifier);
    }

    private static DemandSet Demands(string json, string? mediators = null) =>
        DemandJson.TryRead(Parse(json), mediators is null ? null : Parse(mediators), out var demands, out var problem) ? demands : throw new ArgumentException(problem.ToString(), nameof(json));

    private static bool TryRead(string json, out DemandSet? demands, out ProtocolProblem? problem)
    {
        demands = null;
        return DemandJson.TryRead(Parse(json), null, out demands, out problem);
    }

    private static System.Text.Json.JsonElement Parse(string json) => System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetBytes(json)).RootElement;

    private static string Text(ResultWitness? witness) =>
        string.Join(' ', (witness?.Path ?? []).Concat((witness?.Records ?? []).Select(record => $"#{record}")));

    private static ResultRequest Request(DemandSet demands) => new()
    {
        Verifier = new() { Developer = "Shype.Attest", Build = "tests" }, IssuedAt = Now, Lifetime = TimeSpan.FromMinutes(5), EvidenceDigest = new byte[32], Demands = demands,
    };
}
