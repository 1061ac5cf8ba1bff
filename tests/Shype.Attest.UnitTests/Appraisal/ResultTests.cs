using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

public sealed class ResultTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_result_names_host_VMs_inputs_and_guarantees()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        var challenge = verifier.Challenge();
        var result = verifier.Appraise(host.Answer(challenge)).ToResult(Request());
        Assert.Equal(["host", $"vm/{VirtualVms.Web.Uuid}", $"vm/{VirtualVms.Database.Uuid}"], result.Submods.Keys.Order().ToArray().OrderBy(key => key != "host").ThenBy(key => key != $"vm/{VirtualVms.Web.Uuid}"));
        Assert.Equal(TrustTier.Affirming, result.Status);
        Assert.Equal((Now.ToUnixTimeSeconds(), Now.AddMinutes(5).ToUnixTimeSeconds()), (result.IssuedAt, result.Expires));
        Assert.Equal(Base64UrlText.Encode(challenge.Nonce), result.Inputs!.Challenge);
        Assert.Equal(Convert.ToHexStringLower(VirtualPolicies.Canonical(VirtualPolicies.Banks).Value), result.Inputs.Policy);
        Assert.Equal(Convert.ToHexStringLower(VirtualReferences.Set.Digest.Span), result.Inputs.References);
        var web = result.Submods[$"vm/{VirtualVms.Web.Uuid}"];
        Assert.Equal(("web", "Shop.Web", true, host.BootId), (web.Vm!.Name, web.Vm.Label, web.Vm.Running, web.Host!.Boot));
        Assert.All(web.Guarantees!, guarantee => Assert.Equal("holds", guarantee.Verdict));
        Assert.Contains(web.Guarantees!, guarantee => guarantee is { Id: "direct-sharing", Text: "Web and db do not conflict and share only {intranet}." });
        Assert.Contains(web.Guarantees!, guarantee => guarantee.Id == "no-conflict-now");
        Assert.Contains(web.Guarantees!, guarantee => guarantee.Id == "no-violation-since-boot");
    }

    [Fact]
    public void A_hypervisor_that_does_not_know_labels_never_enforces_them()
    {
        Assert.Equal(["gated"], Strengths(VirtualHost.Boot(), VirtualReferences.Set));
        var shype = new HostSpec().Hypervisor! with { Kind = "shype" };
        var known = VirtualReferences.With(document => document with { Hypervisors = [VirtualReferences.Of(shype)] });
        Assert.Equal(["enforced"], Strengths(VirtualHost.Boot(spec => spec with { Hypervisor = shype }), known));
        Assert.Equal(["gated"], Strengths(VirtualHost.Boot(spec => spec with { Hypervisor = shype }), VirtualReferences.Set));
        Assert.Equal(["gated"], Strengths(VirtualHost.Boot(spec => spec with { Hypervisor = shype, Policy = spec.Policy! with { Enforcing = false } }), known));
    }

    [Fact]
    public void A_gate_counts_only_where_it_refuses_and_its_agent_is_known()
    {
        var observing = new HostSpec().Agent! with { Gate = GateMode.Observe };
        Assert.Equal(["observed"], Strengths(VirtualHost.Boot(spec => spec with { Agent = observing }), VirtualReferences.Set));
        Assert.Equal(["observed"], Strengths(VirtualHost.Boot(), VirtualReferences.With(document => document with { Agents = [] })));
    }

    [Theory]
    [InlineData("conflict", "violated", "violated")]
    [InlineData("conflict that is over", "holds", "violated")]
    [InlineData("no label", "unknown", "violated")]
    [InlineData("gap", "holds", "unknown")]
    [InlineData("policy of another kind", "unknown", "unknown")]
    [InlineData("earlier policy unknown", "holds", "unknown")]
    [InlineData("started before the policy", "holds", "unknown")]
    [InlineData("resource denied", "holds", "violated")]
    public void A_guarantee_holds_only_where_nothing_is_missing(string what, string now, string sinceBoot)
    {
        var other = VirtualPolicies.BanksWith("<Version>1.0</Version>", "<Version>0.9</Version>");
        var host = VirtualHost.Boot(spec => what switch
        {
            "policy of another kind" => spec with { Policy = spec.Policy! with { Module = "flask" } },
            "no label" => spec with { Vms = [VirtualVms.Web with { Label = null }] },
            "earlier policy unknown" => spec with { Policy = VirtualPolicies.Measure(other) },
            "started before the policy" => spec with { Policy = null },
            _ => spec,
        });
        _ = what switch
        {
            "conflict" => host.Start(VirtualVms.BankA).Start(VirtualVms.BankB),
            "conflict that is over" => host.Start(VirtualVms.BankA).Start(VirtualVms.BankB).Stop(VirtualVms.BankB.Uuid),
            "gap" => host.Measure(new Attest.Measurement.Records.GapContent { Since = Now, Reason = "restarted late" }),
            "earlier policy unknown" => host.ChangePolicy(VirtualPolicies.Banks),
            "started before the policy" => host.Measure(VirtualPolicies.Measure(VirtualPolicies.Banks)),
            "resource denied" => host.Measure(new Attest.Measurement.Records.ResourceAttachContent
            {
                Uuid = VirtualVms.Web.Uuid, Kind = "disk", Name = "xvdc", Label = "bank-a.ledger",
            }),
            _ => host,
        };
        var verifier = new VirtualVerifier(host);
        verifier.Keep(other);
        verifier.Keep(VirtualPolicies.Banks);
        var guarantees = verifier.Ask().ToResult(Request()).Submods["host"].Guarantees!;
        Assert.Equal((now, sinceBoot), (guarantees[0].Verdict, guarantees[1].Verdict));
        Assert.Equal(sinceBoot == "violated", guarantees[1].Witness is not null);
    }

    [Fact]
    public void A_VM_that_does_not_run_is_said_not_to_run()
    {
        var part = new VirtualVerifier(VirtualHost.Boot()).Ask().ToResult(Request() with { Vms = [VirtualVms.BankA.Uuid] }).Submods[$"vm/{VirtualVms.BankA.Uuid}"];
        Assert.Equal((TrustTier.None, false), (part.Status, part.Vm!.Running));
    }

    [Fact]
    public void A_bad_quote_makes_a_bad_result_and_not_an_error()
    {
        var result = new VirtualVerifier(VirtualHost.Boot()).Ask(quote => quote with { ExtraData = [] }).ToResult(Request() with { Vms = [VirtualVms.Web.Uuid] });
        Assert.All(result.Submods.Values, part => Assert.Equal(TrustTier.Contraindicated, part.Status));
        Assert.Contains(result.Submods["host"].Findings!, finding => finding is { Code: "nonce-mismatch", Severity: "failure", Advice: not null });
        Assert.Null(result.Inputs!.Challenge);
    }

    [Fact]
    public void A_result_can_be_signed_and_read()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var result = new VirtualVerifier(VirtualHost.Boot().Start(VirtualVms.BankA).Start(VirtualVms.BankB)).Ask().ToResult(Request());
        var jwk = JsonWebKey.From(key);
        var token = ResultToken.Sign(key, jwk.KeyId!, result);
        Assert.True(ResultToken.TryVerify(token, new() { Keys = [jwk] }, new() { Now = Now, Nonce = null }, out var read, out var problem), problem?.ToString());
        Assert.Equal(result.Submods["host"].Findings, read.Submods["host"].Findings);
    }

    private static string[] Strengths(VirtualHost host, Attest.Appraisal.References.ReferenceSet references) =>
    [
        .. new VirtualVerifier(host) { References = references }.Ask().ToResult(Request()).Submods.Values
            .SelectMany(part => part.Guarantees!).Select(guarantee => guarantee.Strength).Distinct(),
    ];

    private static ResultRequest Request() => new()
    {
        Verifier = new() { Developer = "Shype.Attest", Build = "tests" }, IssuedAt = Now, Lifetime = TimeSpan.FromMinutes(5), EvidenceDigest = new byte[32],
    };
}
