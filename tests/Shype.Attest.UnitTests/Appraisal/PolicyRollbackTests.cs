using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Versions of policies go up only: while a host runs, and from one boot to the next.</summary>
public sealed class PolicyRollbackTests
{
    private static readonly byte[] New = VirtualPolicies.BanksNext();
    private static readonly byte[] OtherOld = VirtualPolicies.BanksWith("<Conflict name=\"competitors\">", "<Conflict name=\"friends\">");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void V10_after_a_reboot_a_host_does_not_go_back_to_an_older_version(bool verifierRestarts)
    {
        var (host, verifier) = Booted(New);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
        Restart(verifier, verifierRestarts);
        var verdict = Rebooted(host, verifier, VirtualPolicies.Banks).Ask();
        Assert.Equal(TrustTier.Contraindicated, verdict.Host.Status);
        var finding = Assert.Single(verdict.Findings, finding => finding.Code == FindingCode.PolicyRolledBack);
        Assert.Equal(("1.1", "1.0", 2ul), (finding.Expected, finding.Found, finding.Record));
        Restart(verifier, verifierRestarts);
        Assert.Contains(FindingCode.PolicyRolledBack, AppraiserTests.Codes(Rebooted(host, verifier, VirtualPolicies.Banks).Ask()));
        Assert.Equal(TrustTier.Affirming, Rebooted(host, verifier, New).Ask().Host.Status);
    }

    [Fact]
    public void V10_after_a_reboot_a_version_says_what_it_said_before()
    {
        var (host, verifier) = Booted(VirtualPolicies.Banks);
        verifier.Ask();
        var verdict = Rebooted(host, verifier, OtherOld).Ask();
        Assert.Equal(TrustTier.Contraindicated, verdict.Host.Status);
        Assert.Contains(FindingCode.PolicyVersionReused, AppraiserTests.Codes(verdict));
    }

    [Fact]
    public void V10_a_change_to_the_newest_version_does_not_hide_that_the_boot_began_with_an_older_one()
    {
        var (host, verifier) = Booted(New);
        verifier.Ask();
        Rebooted(host, verifier, VirtualPolicies.Banks);
        host.ChangePolicy(New);
        Assert.Contains(FindingCode.PolicyRolledBack, AppraiserTests.Codes(verifier.Ask()));
    }

    [Fact]
    public void V10_a_change_that_is_made_back_by_way_of_the_default_policy_is_a_rollback()
    {
        var byDefault = VirtualPolicies.BanksWith("<PolicyName>example.banks</PolicyName>", "<PolicyName>DEFAULT</PolicyName>");
        var (host, verifier) = Booted(New);
        verifier.Keep(byDefault);
        host.ChangePolicy(byDefault);
        Assert.DoesNotContain(verifier.Ask().Findings, finding => finding.Kind.Sticky);
        verifier.Restart();
        host.ChangePolicy(VirtualPolicies.Banks);
        Assert.Contains(FindingCode.PolicyRolledBack, AppraiserTests.Codes(verifier.Ask()));
    }

    [Fact]
    public void An_operator_can_allow_going_back_and_forbid_it_again()
    {
        var (host, verifier) = Booted(New);
        verifier.Ask();
        verifier.Rules = verifier.Rules with { AllowPolicyRollback = true };
        Assert.Equal(TrustTier.Affirming, Rebooted(host, verifier, VirtualPolicies.Banks).Ask().Host.Status);
        verifier.Rules = AppraisalRules.Default;
        Assert.Equal(TrustTier.Affirming, Rebooted(host, verifier, VirtualPolicies.Banks).Ask().Host.Status);
    }

    [Fact]
    public void A_version_that_a_host_was_never_accepted_with_does_not_lock_it_out()
    {
        var (host, verifier) = Booted(New);
        verifier.References = VirtualReferences.Set;
        Assert.Contains(FindingCode.PolicyUnknown, AppraiserTests.Codes(verifier.Ask()));
        Assert.Equal(TrustTier.Affirming, Rebooted(host, verifier, VirtualPolicies.Banks).Ask().Host.Status);
    }

    [Fact]
    public void A_whole_log_that_is_read_again_is_held_against_what_was_known_before_the_boot()
    {
        var (host, verifier) = Booted(VirtualPolicies.Banks, spec => spec with
        {
            Banks = [AlgorithmId.Sha256, AlgorithmId.Sha384], Agent = SampleLog.Boot(AlgorithmId.Sha256, AlgorithmId.Sha384),
        });
        verifier.Ask();
        host.ChangePolicy(New);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
        // Another bank is asked for: what is known of the log does not help.
        verifier.Pcrs = [verifier.Pcrs[0] with { Bank = "sha384" }];
        var verdict = verifier.Appraise(host.Answer(verifier.Challenge() with { Known = LogPosition.None, KnownFirmwareLog = null }));
        // The agent hashes files by SHA-256, which the boot loader's other bank cannot be compared with: a warning, and nothing against the policy.
        Assert.True(verdict.Host.Status == TrustTier.Warning && !verdict.Findings.Any(finding => finding.IsFailure), AppraiserTests.Describe(verdict));
    }

    [Fact]
    public void A_VM_goes_on_under_the_label_that_takes_the_place_of_its_own()
    {
        var renamed = VirtualPolicies.BanksNext("<Name>Shop.Web</Name>", "<Name from=\"Shop.Web\">Shop.Front</Name>");
        var (host, verifier) = Booted(VirtualPolicies.Banks);
        verifier.Ask();
        verifier.Keep(renamed);
        verifier.References = VirtualReferences.With(document => document with
        {
            Policies = [.. document.Policies, VirtualReferences.Of(renamed)],
            Vms = [.. document.Vms.Select(vm => vm.Name == "web" ? vm with { Label = "Shop.Front" } : vm)],
        });
        host.ChangePolicy(renamed);
        var verdict = verifier.Ask();
        Assert.True(verdict.VectorOf(verdict.FindVm("web")).Tier == TrustTier.Affirming, AppraiserTests.Describe(verdict));
        Assert.Equal("Shop.Front", verdict.FindVm("web")!.Label);
        verifier.Restart();
        Assert.Equal("Shop.Front", verifier.Ask().FindVm("web")!.Label);
    }

    private static (VirtualHost Host, VirtualVerifier Verifier) Booted(byte[] policy, Func<HostSpec, HostSpec>? change = null)
    {
        var host = VirtualHost.Boot(spec => With(change?.Invoke(spec) ?? spec, policy));
        var verifier = new VirtualVerifier(host)
        {
            References = VirtualReferences.With(document => document with { Policies = [.. document.Policies, VirtualReferences.Of(New), VirtualReferences.Of(OtherOld)] }),
        };
        foreach (var file in new[] { VirtualPolicies.Banks, New, OtherOld })
        {
            verifier.Keep(file);
        }

        return (host, verifier);
    }

    private static VirtualVerifier Rebooted(VirtualHost host, VirtualVerifier verifier, byte[] policy)
    {
        host.Reboot(spec => With(spec, policy));
        return verifier;
    }

    private static HostSpec With(HostSpec spec, byte[] policy) => spec with { Policy = VirtualPolicies.Measure(policy), PolicyFile = policy };

    private static void Restart(VirtualVerifier verifier, bool restarts)
    {
        if (restarts)
        {
            verifier.Restart();
        }
    }
}
