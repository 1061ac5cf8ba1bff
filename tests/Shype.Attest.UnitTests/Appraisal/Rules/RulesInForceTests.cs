using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.Rules;

/// <summary>What an appraisal policy makes of hosts.</summary>
public sealed class RulesInForceTests
{
    [Fact]
    public void A_hypervisor_outside_of_the_versions_is_refused_with_both()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot()) { Rules = Rules("hypervisors: [{kind: kvm}, {kind: xen, from: '4.18'}]") };
        var finding = Assert.Single(verifier.Ask().Host.Findings, finding => finding.Code == FindingCode.HypervisorVersionRefused);
        Assert.Equal(("kvm or xen from 4.18", "xen 4.17.5"), (finding.Expected, finding.Found));
        verifier.Rules = Rules("hypervisors: [{kind: xen, from: '4.17', below: '4.18'}]");
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
    }

    [Fact]
    public void Rules_made_from_others_ask_for_their_own_PCRs()
    {
        var rules = AppraisalRules.Default with { Banks = [AlgorithmId.Sha256] };
        Assert.Equal(["sha256"], rules.Pcrs.Select(request => request.Bank));
        Assert.Same(rules.Pcrs, rules.Pcrs);
        var two = rules with { Banks = [AlgorithmId.Sha256, AlgorithmId.Sha384], ExplainedPcrs = [0] };
        Assert.Equal(["sha256", "sha384"], two.Pcrs.Select(request => request.Bank));
        Assert.DoesNotContain(7, two.Pcrs[0].Pcrs);
        Assert.Contains(7, rules.Pcrs[0].Pcrs);
    }

    [Fact]
    public void Rules_that_changed_are_asked_again_about_what_is_known()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web with { Mutable = true }] }));
        Assert.Contains(verifier.Ask().Findings, finding => finding.Code == FindingCode.VmImageMutable);
        verifier.Rules = Rules("isolation: {mutable-images: allowed}");
        Assert.DoesNotContain(verifier.Ask().Findings, finding => finding.Code == FindingCode.VmImageMutable);
        verifier.Rules = Rules("isolation: {mutable-images: reported}");
        verifier.References = VirtualReferences.With(document => document with { Vms = [VirtualReferences.Of(VirtualVms.Web) with { MayBeMutable = true }] });
        Assert.Contains(verifier.Ask().Findings, finding => finding.Code == FindingCode.VmImageMutable);
        verifier.Rules = AppraisalRules.Default;
        Assert.DoesNotContain(verifier.Ask().Findings, finding => finding.Code == FindingCode.VmImageMutable);
    }

    [Fact]
    public void A_failure_that_is_only_a_warning_here_warns_and_says_so()
    {
        var host = VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web with { KernelDigest = SampleLog.Digest("another") }] });
        var verifier = new VirtualVerifier(host);
        var verdict = verifier.Ask();
        Assert.Equal(TrustTier.Contraindicated, verdict.VectorOf(verdict.Vms[0]).Tier);

        verifier.Rules = Rules("warnings-only: [vm-image-unknown]");
        verdict = verifier.Ask();
        Assert.Equal((TrustTier.Warning, TrustTier.Affirming), (verdict.VectorOf(verdict.Vms[0]).Tier, verdict.Host.Status));
        Assert.Equal(33, verdict.VectorOf(verdict.Vms[0]).Executables);
        var finding = Assert.Single(verdict.Vms[0].Findings, finding => finding.Code == FindingCode.VmImageUnknown);
        Assert.Equal((FindingSeverity.Warning, false), (finding.Severity, finding.IsFailure));
        Assert.Equal("warning", verdict.ToResult(Request).Submods.Single(part => part.Key != "host").Value.Findings!.Single(found => found.Code == "vm-image-unknown").Severity);
    }

    [Fact]
    public void Rules_that_were_put_together_past_the_reader_make_no_warning_of_what_is_not_authentic()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host) { Rules = AppraisalRules.Default with { WarningsOnly = [FindingCode.QuoteSignatureInvalid] } };
        var verdict = verifier.AskWith(evidence => evidence with { QuoteAttest = Flip(evidence.QuoteAttest, 40) });
        Assert.Equal(TrustTier.Contraindicated, verdict.Host.Status);
    }

    [Fact]
    public void Boot_files_rollback_and_isolation_are_judged_by_the_document()
    {
        var host = VirtualHost.Boot(spec => spec with { Ima = [("/sbin/init", "init"), ("/bin/evil", "evil")] });
        var verifier = new VirtualVerifier(host);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
        foreach (var (rules, code) in new[]
        {
            ("ima: {deny: [{path: /bin/evil}]}", FindingCode.ImaFileDenied),
            ("pcrs: {referenced: [0]}", FindingCode.PcrNotReferenced),
            ("isolation: {guarantees: [{enforced-by: hypervisor}]}", FindingCode.ConfigurationDemandViolated),
        })
        {
            var judged = new VirtualVerifier(host) { Rules = Rules(rules) };
            Assert.Contains(judged.Ask().Host.Findings, finding => finding.Code == code && finding.IsFailure);
        }

        var silent = new VirtualVerifier(VirtualHost.Boot()) { Rules = Rules("ima: {mode: demanded}") };
        Assert.Contains(silent.Ask().Host.Findings, finding => finding.Code == FindingCode.ImaLogMissing);
        var insecure = VirtualHost.Boot(spec => spec with { Firmware = VirtualBoot.Of(spec.Hypervisor!, secureBoot: false) });
        Assert.DoesNotContain(new VirtualVerifier(insecure).Ask().Host.Findings, finding => finding.Code == FindingCode.SecureBootOff);
        Assert.Contains(new VirtualVerifier(insecure) { Rules = Rules("secure-boot: required") }.Ask().Host.Findings, finding => finding.Code == FindingCode.SecureBootOff);
    }

    [Fact]
    public void An_endorsement_key_without_a_certificate_fails_where_one_is_required()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot()) { EnrolmentFindings = [new(FindingCode.EkUncertified, "ek")] };
        Assert.Equal(TrustTier.Warning, verifier.Ask().Host.Status);
        verifier.Rules = Rules("tpm: {ek-certificate: required}");
        Assert.Equal(TrustTier.Contraindicated, verifier.Ask().Host.Status);
    }

    [Fact]
    public void Nobody_has_to_enforce_where_no_gate_is_required()
    {
        var host = VirtualHost.Boot(spec => spec with { Agent = SampleLog.Boot(AlgorithmId.Sha256) with { AgentDigest = SampleLog.Digest("another agent") } });
        var verifier = new VirtualVerifier(host);
        Assert.Contains(verifier.Ask().Host.Findings, finding => finding.Code == FindingCode.PolicyNotEnforcing);
        verifier.Rules = Rules("isolation: {gate: optional}");
        Assert.DoesNotContain(verifier.Ask().Host.Findings, finding => finding.Code == FindingCode.PolicyNotEnforcing);
    }

    [Fact]
    public void Other_banks_in_the_middle_of_a_boot_are_asked_for_from_the_first_record()
    {
        AlgorithmId[] both = [AlgorithmId.Sha256, AlgorithmId.Sha384];
        var host = VirtualHost.Boot(spec => spec with { Banks = both, Agent = SampleLog.Boot(both) });
        var verifier = new VirtualVerifier(host);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
        verifier.Rules = Rules("pcrs: {banks: [sha256, sha384]}");
        verifier.Pcrs = verifier.Rules.Pcrs;
        Assert.Equal(0ul, verifier.Challenge().Known.NextRecord);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
        Assert.Equal(5ul, verifier.Challenge().Known.NextRecord);
    }

    [Fact]
    public void Results_name_the_document_its_version_and_its_digest()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot()) { Rules = Rules("") };
        var result = verifier.Ask().ToResult(Request);
        Assert.Equal("tag:shype.dev,2026:appraisal-policy/default/p/3", result.Submods["host"].PolicyId);
        Assert.Equal(Convert.ToHexStringLower(verifier.Rules.PolicyDigest!.Value.Span), result.Inputs!.AppraisalPolicy);
    }

    private static ResultRequest Request => new()
    {
        Verifier = new VerifierId { Developer = "tests", Build = "1" }, IssuedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(1),
    };

    private static AppraisalRules Rules(string text) =>
        AppraisalPolicy.TryRead("p", Encoding.UTF8.GetBytes("format: 1\nname: p\n" + text), out var policy, out var problem)
            ? policy.InForce(3)
            : throw new InvalidDataException(problem.ToString());

    private static byte[] Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }
}
