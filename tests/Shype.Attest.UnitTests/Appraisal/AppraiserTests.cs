using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.UnitTests.Ima;
using Xunit;
using Verdict = Shype.Attest.Appraisal.Appraisal;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Good hosts, continuity over boots and restarts of the verifier, and what sticks.</summary>
public sealed class AppraiserTests
{
    [Theory]
    [InlineData(AkKind.RsaSsa)]
    [InlineData(AkKind.RsaPss)]
    [InlineData(AkKind.EcdsaP256)]
    [InlineData(AkKind.EcdsaP384)]
    public void A_good_host_is_affirmed(AkKind kind)
    {
        var verdict = new VirtualVerifier(VirtualHost.Boot(kind)).Ask();
        Assert.Equal([FindingCode.EnforcementModuleRecognised], Codes(verdict));
        Assert.Equal(TrustTier.Affirming, verdict.Host.Status);
        Assert.Equal(["db", "web"], verdict.Vms.Select(vm => vm.Name).Order());
        Assert.All(verdict.Vms, vm => Assert.Equal(TrustTier.Affirming, verdict.VectorOf(vm).Tier));
    }

    [Theory]
    [InlineData(AlgorithmId.Sha256, AlgorithmId.Sha384)]
    [InlineData(AlgorithmId.Sha512)]
    public void Any_strong_banks_will_do(params AlgorithmId[] banks)
    {
        // The agent of the tests measures files by SHA-256: in another bank there is nothing to link its hypervisor to.
        var expected = banks.Contains(AlgorithmId.Sha256) ? TrustTier.Affirming : TrustTier.Warning;
        var host = VirtualHost.Boot(spec => spec with { Banks = banks, Agent = SampleLog.Boot(banks) });
        var verifier = new VirtualVerifier(host) { Pcrs = [.. banks.Select(bank => new PcrRequest(bank.ToText(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13]))] };
        Assert.Equal(expected, verifier.Ask().Host.Status);
        host.Start(VirtualVms.BankA);
        verifier.Restart();
        Assert.Equal(expected, verifier.Ask().Host.Status);
    }

    [Fact]
    public void Only_what_is_new_is_asked_for_and_believed()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        verifier.Ask();
        host.Start(VirtualVms.BankA);
        var challenge = verifier.Challenge();
        var evidence = host.Answer(challenge);
        Assert.Equal((host.BootId, 5ul), (challenge.Known.BootId, challenge.Known.NextRecord));
        Assert.Equal((5ul, null, null), (evidence.Log.FirstRecord, evidence.FirmwareLog, evidence.Policy));
        var verdict = verifier.Appraise(evidence);
        Assert.Equal(TrustTier.Affirming, verdict.Host.Status);
        Assert.Equal(3, verdict.Vms.Count);
    }

    [Fact]
    public void Nothing_new_is_affirmed_again_without_a_record()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        var first = verifier.Ask();
        var second = verifier.Ask();
        Assert.True(host.Answer(verifier.Challenge()).Log.Records.IsEmpty);
        Assert.Equal(Describe(first), Describe(second));
        Assert.Same(verifier.Ask().Host, verifier.Ask().Host);
    }

    [Fact]
    public void A_reboot_begins_a_new_log()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        verifier.Ask();
        host.Start(VirtualVms.BankA).Reboot();
        var verdict = verifier.Ask();
        Assert.Equal(TrustTier.Affirming, verdict.Host.Status);
        Assert.Equal((2, host.BootId), (verdict.Vms.Count, verdict.Host.BootId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_failure_sticks_until_the_next_reset(bool verifierRestarts)
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        verifier.AskWith(evidence => evidence with { Log = new(0, SampleLog.Sequence(host.Records.SkipLast(1))) });
        Assert.Equal(FindingCode.LogDigestMismatch, verifier.Memory!.StickyFailure);
        if (verifierRestarts)
        {
            verifier.Restart();
        }

        var good = verifier.Ask();
        Assert.Equal(TrustTier.Contraindicated, good.Host.Status);
        Assert.Contains(good.Findings, finding => finding is { Code: FindingCode.EarlierFailureInThisBoot, Found: "log-digest-mismatch" });
        Assert.Contains(FindingCode.EarlierFailureInThisBoot, Codes(verifier.Ask()));
        host.Reboot();
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
        Assert.Null(verifier.Memory!.StickyFailure);
    }

    [Fact]
    public void A_fact_of_the_log_is_told_again_without_being_called_an_earlier_failure()
    {
        var host = VirtualHost.Boot().Start(VirtualVms.BankA).Start(VirtualVms.BankB);
        var verifier = new VirtualVerifier(host);
        Assert.Equal(Describe(verifier.Ask()), Describe(verifier.Ask()));
    }

    [Fact]
    public void A_replayed_quote_spoils_nothing()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        var old = host.Answer(verifier.Challenge());
        verifier.Ask();
        var memory = verifier.Memory;
        var refused = verifier.Appraise(old with { Log = new(0, SampleLog.Sequence(host.Records.Take(2))) });
        Assert.Equal([FindingCode.ClockWentBackwards, FindingCode.NotEvaluated], Codes(refused).Distinct());
        Assert.Same(memory, verifier.Memory);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
    }

    [Fact]
    public void A_reboot_whose_log_is_not_shown_is_remembered_as_a_reboot()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        verifier.Ask();
        host.Reboot();
        verifier.AskWith(evidence => evidence with { Log = new(3, default) });
        Assert.Equal((host.Tpm.Clock.ResetCount, 0ul), (verifier.Memory!.ResetCount, verifier.Memory.Known.NextRecord));
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
    }

    [Fact]
    public void Other_references_judge_what_runs_already()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot());
        verifier.Ask();
        verifier.References = VirtualReferences.With(document => document with { Vms = [], Hypervisors = [] });
        Assert.Equal(
            [FindingCode.HypervisorUnknown, FindingCode.VmNotReferenced],
            Codes(verifier.Ask()).Distinct());
    }

    [Fact]
    public void What_enrolment_found_is_in_every_verdict()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot()) { EnrolmentFindings = [new(FindingCode.EkUncertified, "endorsement key")] };
        verifier.Ask();
        var verdict = verifier.Ask();
        Assert.Contains(FindingCode.EkUncertified, Codes(verdict));
        Assert.Equal((TrustTier.Warning, (sbyte)0), (verdict.Host.Status, verdict.Host.Vector.Hardware));
    }

    [Fact]
    public void Every_code_that_an_appraisal_gives_is_in_the_attack_table()
    {
        var enrolment = Enum.GetValues<FindingCode>().Where(code => code >= FindingCode.EkMalformed);
        var tested = QuoteAttackTests.All.Concat(LogAttackTests.All).Concat(StoryAttackTests.All).Concat(BootAttackTests.All).Concat(ImaAttackTests.All).Concat(References.BundleAppraisalTests.All).Select(attack => attack.Code)
            .Concat([FindingCode.NotEvaluated, FindingCode.EarlierFailureInThisBoot])
            // Only quotes in files have these: ToolQuoteAttackTests.
            .Concat([FindingCode.PcrValuesMalformed, FindingCode.PcrDigestMismatch])
            // Only quotes of stock tools have the one, only evidence of nobody the other: ToolEvidenceTests, and the sessions' service tests.
            .Concat([FindingCode.AgentLogNotShown, FindingCode.AttesterUnknown])
            // No attacks, and no good news either for who looks for them: ImaAppraisalTests.
            .Concat([FindingCode.ImaBootAggregateNotChecked, FindingCode.ImaFilesKnown]);
        Assert.Empty(Enum.GetValues<FindingCode>().Except(enrolment).Except(tested));
    }

    internal static IEnumerable<FindingCode> Codes(Verdict verdict) => verdict.Findings.Select(finding => finding.Code);

    internal static string Describe(Verdict verdict) => string.Join('\n',
        verdict.Findings.Select(finding => $"{finding.Record} {finding.Subject} {finding.Text} {finding.Expected} {finding.Found}")
            .Append($"{verdict.Host.Vector} {verdict.Host.BootId}")
            .Concat(verdict.Vms.Select(vm => $"{vm.Uuid} {vm.Name} {vm.Label} {vm.Record} {verdict.VectorOf(vm)}"))
            .Concat(verdict.Judged()));
}

/// <summary>What a verdict proves about isolation, as lines.</summary>
internal static class VerdictText
{
    public static IEnumerable<string> Judged(this Verdict verdict) => verdict.ToResult(new ResultRequest
        {
            Verifier = new() { Developer = "tests", Build = "0" }, IssuedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(1),
        }).Submods.SelectMany(part => part.Value.Guarantees ?? [], (part, guarantee) => $"{part.Key} {guarantee}");
}
