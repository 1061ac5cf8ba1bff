using System.Text.Json;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Threat rows V: what honest logs of dishonest hosts tell.</summary>
public sealed class StoryAttackTests
{
    private static readonly byte[] NewBanks = VirtualPolicies.BanksNext();

    public static TheoryData<Attack> Attacks => [.. All];

    internal static IReadOnlyList<Attack> All { get; } =
    [
        Spec("V18 no hypervisor measured", FindingCode.HypervisorMissing, spec => spec with { Hypervisor = null }),
        new("V18 hypervisor of a version that the appraisal policy does not take", FindingCode.HypervisorVersionRefused, (_, verifier) =>
        {
            verifier.Rules = new() { Hypervisors = [new("xen", "4.18", null)] };
            return verifier.Ask();
        }),
        Spec("V18 hypervisor image unknown", FindingCode.HypervisorUnknown, spec => spec with { Hypervisor = spec.Hypervisor! with { ImageDigest = SampleLog.Digest("evil") } }),
        Spec("V18 same digest, another kind of digest", FindingCode.HypervisorUnknown,
            spec => spec with { Hypervisor = spec.Hypervisor! with { ImageDigest = new(MeasuredDigest.FsVerity, spec.Hypervisor.ImageDigest.Value) } }),
        Spec("V18 host kernel unknown", FindingCode.HypervisorUnknown,
            spec => spec with { Hypervisor = spec.Hypervisor! with { Modules = [spec.Hypervisor.Modules[0] with { Digest = SampleLog.Digest("evil") }, spec.Hypervisor.Modules[1]] } }),
        Spec("V18 one module more", FindingCode.HypervisorUnknown,
            spec => spec with { Hypervisor = spec.Hypervisor! with { Modules = [.. spec.Hypervisor.Modules, spec.Hypervisor.Modules[0]] } }),
        Spec("V18 build id of another hypervisor", FindingCode.HypervisorUnknown, spec => spec with { Hypervisor = spec.Hypervisor! with { BuildId = "00" } }),
        Spec("V18 hypervisor's command line", FindingCode.HypervisorCommandLineUnknown, spec => spec with { Hypervisor = spec.Hypervisor! with { CommandLine = "flask=disabled" } }),
        Spec("V18 host kernel's command line", FindingCode.HypervisorCommandLineUnknown,
            spec => spec with { Hypervisor = spec.Hypervisor! with { Modules = [spec.Hypervisor.Modules[0] with { CommandLine = "init=/bin/sh" }, spec.Hypervisor.Modules[1]] } }),
        Then("V18 another hypervisor measured later", FindingCode.HypervisorChanged,
            host => host.Measure(new HostSpec().Hypervisor! with { ImageDigest = SampleLog.Digest("evil") })),
        Spec("V10 no policy measured", FindingCode.PolicyMissing, spec => spec with { Policy = null, PolicyFile = null }),
        Spec("V10 no policy file", FindingCode.PolicyNotAvailable, spec => spec with { PolicyFile = null }),
        Spec("V10 another file with the same name and version", FindingCode.PolicyDigestMismatch,
            spec => spec with { PolicyFile = VirtualPolicies.BanksWith("<Conflict name=\"competitors\">", "<Conflict name=\"friends\">") }),
        Spec("V11 policy file is no policy", FindingCode.PolicyMalformed, spec => spec with { PolicyFile = "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"u8.ToArray() }),
        Spec("V10 policy unknown", FindingCode.PolicyUnknown, spec => spec with { Policy = VirtualPolicies.Measure(NewBanks), PolicyFile = NewBanks }),
        Spec("V05 policy not enforced", FindingCode.PolicyNotEnforcing, spec => spec with { Agent = spec.Agent! with { Gate = GateMode.Observe } }),
        Spec("V05 policy enforced, says an agent whose hypervisor knows no labels", FindingCode.PolicyNotEnforcing,
            spec => spec with { Agent = spec.Agent! with { Gate = GateMode.Observe }, Policy = spec.Policy! with { Enforcing = true } }),
        Spec("V05 gate of an agent that nobody called good", FindingCode.PolicyNotEnforcing, spec => spec with { Agent = spec.Agent! with { AgentDigest = SampleLog.Digest("evil agent") } }),
        Spec("V13 policy of another kind", FindingCode.PolicyModuleNotJudged, spec => spec with { Policy = spec.Policy! with { Module = "svirt" } }),
        Spec("V13 policy of FLASK whose file is no binary policy", FindingCode.PolicyMalformed, spec => spec with { Policy = spec.Policy! with { Module = "flask" } }),
        Spec("V05 hypervisor that enforces no labels", FindingCode.EnforcementModuleRecognised, spec => spec),
        Then("V10 policy changed", FindingCode.PolicyChanged, host => host.ChangePolicy(NewBanks)),
        Then("V10 change from another policy than the one in force", FindingCode.PolicyChangeBroken,
            host => host.ChangePolicy(VirtualPolicies.Banks, change => change with { PreviousDigest = SampleLog.Digest("another") })),
        Then("V10 another policy, as if at boot", FindingCode.PolicyChangeBroken, host => host.Measure(VirtualPolicies.Measure(NewBanks))),
        new("V10 back to an older version while the host runs", FindingCode.PolicyRolledBack, (_, _) => Running(NewBanks, host => host.ChangePolicy(VirtualPolicies.Banks))),
        Then("V10 another content under the same version while the host runs", FindingCode.PolicyVersionReused,
            host => host.ChangePolicy(VirtualPolicies.BanksWith("<Conflict name=\"competitors\">", "<Conflict name=\"friends\">"))),
        Then("V10 a policy that was made to replace another", FindingCode.PolicyChangeRefused,
            host => host.ChangePolicy(VirtualPolicies.BanksWith("<Version>1.0</Version>", "<Version>1.1</Version>"))),
        Then("V10 a policy without a label that is in use", FindingCode.PolicyChangeRefused,
            host => host.ChangePolicy(VirtualPolicies.BanksNext("<Name>Shop.Web</Name>", "<Name>Shop.Front</Name>"))),
        Vm("V18 VM without a reference", FindingCode.VmNotReferenced, vm => vm with { Uuid = SampleLog.Uuid(99), Name = "stranger" }),
        Vm("V18 kernel unknown", FindingCode.VmImageUnknown, vm => vm with { KernelDigest = SampleLog.Digest("evil") }),
        Vm("V18 initrd unknown", FindingCode.VmImageUnknown, vm => vm with { InitrdDigest = SampleLog.Digest("evil") }),
        Vm("V18 firmware unknown", FindingCode.VmImageUnknown, vm => vm with { FirmwareDigest = SampleLog.Digest("evil") }),
        Vm("V18 configuration unknown", FindingCode.VmImageUnknown, vm => vm with { ConfigDigest = SampleLog.Digest("evil") }),
        Vm("V18 disk unknown", FindingCode.VmImageUnknown, vm => vm with { Disks = [vm.Disks[0] with { Digest = SampleLog.Digest("evil") }, vm.Disks[1]] }),
        Vm("V18 one disk more", FindingCode.VmImageUnknown, vm => vm with { Disks = [.. vm.Disks, new("xvdc", null, ReadOnly: false)] }),
        Vm("V18 disk not measured", FindingCode.VmImageMissing, vm => vm with { Disks = [vm.Disks[0] with { Digest = null }, vm.Disks[1]] }),
        Vm("V18 disk left out", FindingCode.VmImageMissing, vm => vm with { Disks = [vm.Disks[0]] }),
        Vm("V18 initrd left out", FindingCode.VmImageMissing, vm => vm with { InitrdDigest = null }),
        Vm("V01 image that can still change", FindingCode.VmImageMutable, vm => vm with { Mutable = true }),
        Vm("V18 another label than the reference's", FindingCode.VmLabelUnexpected, vm => vm with { Label = "Shop.Database" }),
        Vm("V06 label unknown to the policy", FindingCode.VmLabelUnknown, vm => vm with { Label = "Shop.Sewer" }),
        Vm("V06 no label", FindingCode.VmLabelUnknown, vm => vm with { Label = null }),
        Vm("V06 label of an earlier policy", FindingCode.VmLabelUnknown, vm => vm with { Label = "INV_Shop.Web" }),
        Then("V07 two competitors at once", FindingCode.ConflictViolated, host => host.Start(VirtualVms.BankA).Start(VirtualVms.BankB)),
        Then("V07 competitors, one of them migrated in", FindingCode.ConflictViolated, host => host.Start(VirtualVms.BankA).Measure(MigrateIn(VirtualVms.BankB))),
        Then("V07 a conflict that is over is not forgotten", FindingCode.ConflictViolated,
            host => host.Start(VirtualVms.BankA).Start(VirtualVms.BankB).Stop(VirtualVms.BankB.Uuid)),
        Then("V07 conflict by a change of the policy", FindingCode.ConflictViolated, host => host
            .Start(VirtualVms.BankA).Start(VirtualVms.Of(5, "clearing", "Clearing")).ChangePolicy(ClearingCompetes())),
        Spec("V07 host not authorised to run it", FindingCode.VmNotAuthorised, spec => spec with
        {
            PolicyFile = WithoutIntranet(), Policy = VirtualPolicies.Measure(WithoutIntranet()),
        }),
        Then("V15 disk of another tenant", FindingCode.ResourceDenied, host => host.Measure(Attach("disk", "xvdc", "bank-a.ledger"))),
        Then("V15 disk with an unknown label", FindingCode.ResourceDenied, host => host.Measure(Attach("disk", "xvdc", "nobody.knows"))),
        Then("V15 disk without a label", FindingCode.ResourceDenied, host => host.Measure(Attach("disk", "xvdc", null))),
        Then("V15 grant to a VM without a type in common", FindingCode.ResourceDenied, host => host.Start(VirtualVms.BankA).Measure(Attach("grant", "bank-a", null))),
        Then("V15 event channel to nobody", FindingCode.ResourceDenied, host => host.Measure(Attach("event-channel", "nobody", null))),
        Demanded("V09 flow through a label that is no declared mediator", FindingCode.IsolationDemandViolated,
            """{"no-flow": {"from": "Bank.A", "to": "Bank.B", "except-through": ["SystemManagement"]}}"""),
        Demanded("V09 flow of a label that the policy does not have", FindingCode.DemandNotProven, """{"no-flow": {"from": "Bank.A", "to": "Bank.C"}}"""),
        Demanded("V05 a hypervisor is demanded that enforces labels", FindingCode.ConfigurationDemandViolated, """{"enforced-by": "hypervisor"}"""),
        Demanded("V06 another label is demanded than the VM's", FindingCode.ConfigurationDemandViolated, """{"label-is": {"vm": "web", "label": "Bank.A"}}"""),
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(Attack attack) => attack.Check();

    public static TheoryData<string> Permitted => ["uplink", "peer", "host", "data disk detached", "competitors one after the other", "policy changed to a known one", "migrated out"];

    [Theory]
    [MemberData(nameof(Permitted))]
    public void What_the_policy_permits_is_not_held_against_the_host(string what)
    {
        var host = VirtualHost.Boot();
        _ = what switch
        {
            "uplink" => host.Measure(Attach("vif", "eth0", "uplink")),
            "peer" => host.Measure(Attach("grant", "db", null)),
            "host" => host.Measure(Attach("event-channel", "host", null)),
            "data disk detached" => host.Measure(new ResourceDetachContent { Uuid = VirtualVms.Web.Uuid, Kind = "disk", Name = "xvdb" }),
            "policy changed to a known one" => host.ChangePolicy(NewBanks),
            "migrated out" => host.Measure(new MigrateOutContent { Uuid = VirtualVms.Web.Uuid, Reason = "migrated", ToHost = "rack-2" }),
            _ => host.Start(VirtualVms.BankA).Stop(VirtualVms.BankA.Uuid).Start(VirtualVms.BankB),
        };
        var verifier = new VirtualVerifier(host)
        {
            References = VirtualReferences.With(document => document with { Policies = [.. document.Policies, VirtualReferences.Of(NewBanks)] }),
        };
        verifier.Keep(VirtualPolicies.Banks);
        Assert.Empty(verifier.Ask().Findings.Where(finding => finding.Kind.Severity != FindingSeverity.Information).Select(finding => finding.Text));
    }

    [Fact]
    public void A_policy_that_comes_later_judges_what_happened_before()
    {
        var host = VirtualHost.Boot(spec => spec with { PolicyFile = null }).Start(VirtualVms.BankA).Start(VirtualVms.BankB);
        var verifier = new VirtualVerifier(host);
        Assert.Contains(FindingCode.PolicyNotAvailable, Codes(verifier.Ask()));
        Assert.Equal(0ul, verifier.Memory!.Known.NextRecord);
        host.PolicyFile = VirtualPolicies.Banks;
        var verdict = verifier.Ask();
        Assert.Contains(FindingCode.ConflictViolated, Codes(verdict));
        Assert.DoesNotContain(FindingCode.PolicyNotAvailable, Codes(verdict));
        Assert.Equal((ulong)host.Records.Count, verifier.Memory!.Known.NextRecord);
    }

    [Fact]
    public void A_VM_that_starts_again_under_its_uuid_is_what_it_is_now()
    {
        var host = VirtualHost.Boot().Stop(VirtualVms.Web.Uuid).Start(VirtualVms.Web with { KernelDigest = SampleLog.Digest("evil") });
        var verdict = new VirtualVerifier(host).Ask();
        Assert.Equal(TrustTier.Contraindicated, verdict.VectorOf(verdict.FindVm("web")).Tier);
        Assert.Equal(TrustTier.Affirming, verdict.VectorOf(verdict.FindVm("db")).Tier);
        Assert.Equal(TrustTier.Affirming, verdict.Host.Status);
    }

    [Fact]
    public void The_nearest_of_several_references_tells_what_is_wrong()
    {
        var host = VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web with { InitrdDigest = SampleLog.Digest("evil") }] });
        var old = VirtualReferences.Of(VirtualVms.Web) with { Kernel = SampleLog.Digest("old kernel"), Initrd = SampleLog.Digest("old initrd") };
        var verifier = new VirtualVerifier(host) { References = VirtualReferences.With(document => document with { Vms = [old, .. document.Vms] }) };
        var finding = Assert.Single(verifier.Ask().Vms[0].Findings);
        Assert.Equal(("an initrd", SampleLog.Digest("web initrd").ToString()), (finding.Detail, finding.Expected));
    }

    private static IEnumerable<FindingCode> Codes(Attest.Appraisal.Appraisal verdict) => verdict.Findings.Select(finding => finding.Code);

    private static Attack Spec(string name, FindingCode code, Func<HostSpec, HostSpec> change) =>
        new(name, code, (_, _) => new VirtualVerifier(VirtualHost.Boot(change)).Ask());

    private static Attack Vm(string name, FindingCode code, Func<VmStartContent, VmStartContent> change) =>
        Spec(name, code, spec => spec with { Vms = [change(VirtualVms.Web), VirtualVms.Database] });

    private static Attack Then(string name, FindingCode code, Action<VirtualHost> happens) => new(name, code, (host, verifier) =>
    {
        verifier.Keep(VirtualPolicies.Banks);
        happens(host);
        return verifier.Ask();
    });

    private static Attack Demanded(string name, FindingCode code, string demand) => new(name, code, (_, verifier) =>
    {
        using var list = JsonDocument.Parse($"[{demand}]");
        verifier.Rules = verifier.Rules with { Guarantees = DemandJson.TryRead(list.RootElement, null, out var demands, out var problem) ? demands : throw new ArgumentException(problem.ToString(), nameof(demand)) };
        return verifier.Ask();
    });

    private static Attest.Appraisal.Appraisal Running(byte[] policy, Action<VirtualHost> happens)
    {
        var host = VirtualHost.Boot(spec => spec with { Policy = VirtualPolicies.Measure(policy), PolicyFile = policy });
        var verifier = new VirtualVerifier(host);
        verifier.Keep(VirtualPolicies.Banks);
        verifier.Keep(policy);
        happens(host);
        return verifier.Ask();
    }

    private static ResourceAttachContent Attach(string kind, string name, string? label) => new() { Uuid = VirtualVms.Web.Uuid, Kind = kind, Name = name, Label = label };

    private static MigrateInContent MigrateIn(VmStartContent vm) => new()
    {
        Uuid = vm.Uuid, Name = vm.Name, Label = vm.Label, ConfigDigest = vm.ConfigDigest, KernelDigest = vm.KernelDigest, InitrdDigest = vm.InitrdDigest,
        FirmwareDigest = vm.FirmwareDigest, Disks = vm.Disks, Mutable = vm.Mutable, FromHost = "rack-2",
    };

    private static byte[] ClearingCompetes() =>
        VirtualPolicies.BanksNext("<Type>bank-b</Type>\n      </Conflict>", "<Type>bank-b</Type>\n        <Type>clearing</Type>\n      </Conflict>");

    private static byte[] WithoutIntranet() => VirtualPolicies.BanksWith(
        "<Type>internet</Type>\n          <Type>intranet</Type>\n          <Type>bank-a</Type>", "<Type>internet</Type>\n          <Type>bank-a</Type>");
}
