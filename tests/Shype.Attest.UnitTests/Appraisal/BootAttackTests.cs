using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Threat rows L03 to L08 and L15: firmware logs that were edited under a good quote, and agents that say another hypervisor than was booted.</summary>
public sealed class BootAttackTests
{
    private static readonly HypervisorContent Good = new HostSpec().Hypervisor!;

    public static TheoryData<Attack> Attacks => [.. All];

    internal static IReadOnlyList<Attack> All { get; } =
    [
        Lie("L15 agent says another hypervisor image than was booted", booted => booted with { ImageDigest = SampleLog.Digest("evil") }),
        Lie("L15 agent says another command line of the hypervisor", booted => booted with { CommandLine = booted.CommandLine.Replace("flask=enforcing", "flask=disabled", StringComparison.Ordinal) }),
        Lie("L15 agent says another dom0 kernel", booted => booted with { Modules = [booted.Modules[0] with { Digest = SampleLog.Digest("evil") }, booted.Modules[1]] }),
        Lie("L15 agent says another command line of dom0", booted => booted with { Modules = [booted.Modules[0] with { CommandLine = "init=/bin/sh" }, booted.Modules[1]] }),
        Lie("L15 agent says another initrd", booted => booted with { Modules = [booted.Modules[0], booted.Modules[1] with { Digest = SampleLog.Digest("evil") }] }),
        Lie("L15 agent says nothing of a module", booted => booted with { Modules = [.. booted.Modules, new("xenpolicy", SampleLog.Digest("evil policy"), "")] }),
        Lie("L15 agent says a module that was not loaded", booted => booted with { Modules = [booted.Modules[0]] }),
        Boot("L15 agent of a KVM host says another kernel", FindingCode.HypervisorLinkBroken, spec => spec with
        {
            Hypervisor = Kvm("vmlinuz"), Firmware = VirtualBoot.Of(Kvm("evil")),
        }),
        Boot("L15 boot without UEFI, where no boot loader measures", FindingCode.HypervisorLinkMissing, spec => spec with { Firmware = VirtualBoot.WithoutUefi }),
        Boot("L15 two kernels loaded, one of which runs", FindingCode.HypervisorLinkMissing, spec => spec with
        {
            Firmware = [.. VirtualBoot.Of(Good with { ImageDigest = SampleLog.Digest("evil") }), .. VirtualBoot.Grub(Good)],
        }),
        Boot("L15 good files opened after the loads", FindingCode.HypervisorLinkMissing, spec => spec with
        {
            Firmware =
            [
                .. VirtualBoot.Of(Good with { ImageDigest = SampleLog.Digest("evil") }),
                new(8, EventType.Ipl, "grub_cmd: cat /good\0", "cat /good"),
                .. VirtualBoot.Grub(Good).Where(grub => grub is { Pcr: 9, Digest: not null }),
            ],
        }),
        Boot("L15 agent measured by fs-verity what GRUB measured by SHA-256", FindingCode.HypervisorLinkMissing,
            spec => spec with { Hypervisor = Good with { ImageDigest = new(MeasuredDigest.FsVerity, Good.ImageDigest.Value) } }),
        new("L15 PCR 8 and 9 not quoted", FindingCode.HypervisorLinkMissing, (_, verifier) =>
        {
            verifier.Pcrs = [new("sha256", [0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13])];
            return verifier.Ask();
        }),
        // The names that hide the lie are worth nothing: the digests speak.
        new("L07 files renamed in the log to fit a lie", FindingCode.HypervisorLinkBroken, (_, _) =>
        {
            var host = VirtualHost.Boot(spec => spec with { Firmware = VirtualBoot.Of(Good with { ImageDigest = SampleLog.Digest("evil") }) });
            return Edited(host, log => EditedLog.WithData(log, nth => nth.Pcr.Value == 9 && nth.Data.Span.SequenceEqual("/boot/xen.gz\0"u8), _ => [.. "/boot/good.gz\0"u8]));
        }),
        Log("L08 command line of the hypervisor changed, digest kept", FindingCode.BootEventNotCovered, log => EditedLog.WithText(log, "kernel_cmdline: placeholder", "kernel_cmdline: placehold-r")),
        Log("L08 command of GRUB changed, digest kept", FindingCode.BootEventNotCovered, log => EditedLog.WithText(log, "grub_cmd: multiboot2", "grub_cmd: multiboot3")),
        new("L08 command line changed to fit a lie", FindingCode.HypervisorLinkMissing, (_, _) =>
        {
            var host = VirtualHost.Boot(spec => spec with { Firmware = VirtualBoot.Of(Good with { CommandLine = "flask=disabled" }) });
            return Edited(host, log => EditedLog.WithText(log, "kernel_cmdline: flask=disabled", "kernel_cmdline: " + Good.CommandLine));
        }),
        Boot("L06 Secure Boot off where it is demanded", FindingCode.SecureBootOff, spec => spec with { Firmware = VirtualBoot.Of(Good, secureBoot: false) }, Demanding),
        new("L06 Secure Boot variable edited, digest kept", FindingCode.BootEventNotCovered, (_, _) => Edited(
            VirtualHost.Boot(spec => spec with { Firmware = VirtualBoot.Of(Good, secureBoot: false) }), log => EditedLog.WithData(log, IsSecureBoot, data => [.. data[..^1], 1]), Demanding)),
        new("L06 Secure Boot variable edited where Secure Boot is demanded", FindingCode.SecureBootOff, (_, _) => Edited(
            VirtualHost.Boot(spec => spec with { Firmware = VirtualBoot.Of(Good, secureBoot: false) }), log => EditedLog.WithData(log, IsSecureBoot, data => [.. data[..^1], 1]), Demanding)),
        Boot("L06 Secure Boot variable of no byte", FindingCode.SecureBootOff, spec => spec with { Firmware = SecureBoot("") }, Demanding),
        Boot("L06 Secure Boot variable of two bytes", FindingCode.BootEventOdd, spec => spec with { Firmware = SecureBoot("\u0001\u0001") }),
        Boot("L06 Secure Boot variable that is 2", FindingCode.SecureBootOff, spec => spec with { Firmware = SecureBoot("\u0002") }, Demanding),
        Boot("L06 Secure Boot on without an authority", FindingCode.SecureBootOff,
            spec => spec with { Firmware = [.. spec.Firmware.Where(boot => boot.Type != EventType.EfiVariableAuthority)] }, Demanding),
        Log("L03 Secure Boot variable under another type", FindingCode.BootEventOdd, log => EditedLog.WithType(log, IsSecureBoot, EventType.Unused)),
        Log("L03 boot loader under another type", FindingCode.BootEventOdd, log => EditedLog.WithType(log, image => image.Type == EventType.EfiBootServicesApplication, EventType.Unused)),
        Log("L03 unknown type in PCR 7", FindingCode.BootEventOdd, log => EditedLog.WithType(log, IsSecureBoot, (EventType)0x1234)),
        Log("L04 separator under another type", FindingCode.BootEventSpoofed, log => EditedLog.WithType(log, nth => nth is { Type: EventType.Separator, Pcr.Value: 5 }, EventType.EfiAction)),
        Log("L04 call of the boot option under another type", FindingCode.BootEventSpoofed,
            log => EditedLog.WithType(log, nth => nth.Data.Span.SequenceEqual("Calling EFI Application from Boot Option"u8), EventType.EfiBootServicesApplication)),
        Boot("L04 second separator", FindingCode.BootEventSpoofed, spec => spec with { Firmware = [.. spec.Firmware, new(4, EventType.Separator, "\0\0\0\0")] }),
        Boot("L04 second separator of all ones, under another type", FindingCode.BootEventSpoofed, spec => spec with { Firmware = [.. spec.Firmware, new(4, EventType.EfiAction, "\u00ff\u00ff\u00ff\u00ff")] }),
        Boot("L04 Secure Boot variable behind the separator", FindingCode.BootEventOdd, spec => spec with
        {
            Firmware = [.. spec.Firmware, VirtualBoot.Variable(EventType.EfiVariableDriverConfig, UefiVariable.Global, "SecureBoot", "\u0001")],
        }),
        new("L05 EV_NO_ACTION says that Secure Boot is on", FindingCode.SecureBootOff, (_, _) => Edited(
            VirtualHost.Boot(spec => spec with { Firmware = [.. spec.Firmware.Where(boot => boot.Type != EventType.EfiVariableDriverConfig)] }),
            log => EditedLog.WithNoAction(log, 7, [.. VirtualBoot.Variable(0, UefiVariable.Global, "SecureBoot", "\u0001").Data.Select(c => (byte)c)]),
            Demanding)),
        Log("L05 measured event turned into EV_NO_ACTION", FindingCode.LogDigestMismatch, log => EditedLog.WithType(log, IsSecureBoot, EventType.NoAction)),
        Boot("L05 firmware that can be debugged", FindingCode.BootEventOdd, spec => spec with { Firmware = [.. spec.Firmware, new(7, EventType.EfiAction, ActionEvent.DebugMode)] }),
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(Attack attack) => attack.Check();

    [Fact]
    public void L15_a_lie_is_told_with_both_values_and_sticks()
    {
        var evil = Good with { ImageDigest = SampleLog.Digest("evil"), CommandLine = "flask=disabled" };
        var verifier = new VirtualVerifier(VirtualHost.Boot(spec => spec with { Firmware = VirtualBoot.Of(evil) }));
        var verdict = verifier.Ask();
        Assert.Equal(
            [("its image", evil.ImageDigest.ToString(), Good.ImageDigest.ToString()), ("its command line", "flask=disabled", Good.CommandLine)],
            AgainstIt(verdict).Select(finding => (finding.Detail!, finding.Expected!, finding.Found!)));
        Assert.Equal((TrustTier.Contraindicated, (sbyte)96), (verdict.Host.Status, verdict.Host.Vector.Executables));
        Assert.Equal(FindingCode.HypervisorLinkBroken, verifier.Memory!.StickyFailure);
        Assert.Equal("broken", Boot(verdict).Link);
    }

    [Theory]
    [InlineData("xen")]
    [InlineData("kvm")]
    public void An_honest_host_is_linked_and_says_how_it_booted(string kind)
    {
        var hypervisor = kind == "xen" ? Good : Kvm("vmlinuz");
        var verifier = new VirtualVerifier(VirtualHost.Boot(spec => spec with { Hypervisor = hypervisor }))
        {
            References = VirtualReferences.With(document => document with { Hypervisors = [VirtualReferences.Of(hypervisor)] }),
            Rules = Demanding(AppraisalRules.Default),
        };
        for (var round = 0; round < 3; round++)
        {
            var verdict = verifier.Ask();
            Assert.Empty(AgainstIt(verdict));
            Assert.Equal((sbyte)3, verdict.Host.Vector.Executables);
            var boot = Boot(verdict);
            Assert.Equal(("on", "proven", "GRUB"), (boot.SecureBoot, boot.Link, Assert.Single(boot.Loaders)));
            Assert.Equal("sha256:" + Convert.ToHexStringLower(AlgorithmId.Sha256.Hash("grubx64.efi"u8)), Assert.Single(boot.Images));
            Assert.Single(boot.VerifiedBy);
            verifier.Restart();
        }
    }

    [Fact]
    public void L07_renamed_files_change_nothing_for_an_honest_host()
    {
        var host = VirtualHost.Boot();
        var verdict = Edited(host, log => EditedLog.WithData(log, nth => nth.Pcr.Value == 9 && nth.Data.Span.SequenceEqual("/boot/xen.gz\0"u8), _ => [.. "/boot/evil.gz\0"u8]));
        Assert.Empty(AgainstIt(verdict));
    }

    [Fact]
    public void L15_without_UEFI_the_verdict_is_a_warning_with_a_lower_vector_for_every_round()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot(spec => spec with { Firmware = VirtualBoot.WithoutUefi }));
        for (var round = 0; round < 2; round++)
        {
            var verdict = verifier.Ask();
            var finding = Assert.Single(AgainstIt(verdict));
            Assert.Equal((FindingCode.HypervisorLinkMissing, TrustTier.Warning, (sbyte)33), (finding.Code, verdict.Host.Status, verdict.Host.Vector.Executables));
            Assert.All(verdict.Vms, vm => Assert.Equal(TrustTier.Warning, verdict.VectorOf(vm).Tier));
            Assert.Equal(("unknown", "missing"), (Boot(verdict).SecureBoot, Boot(verdict).Link));
            verifier.Restart();
        }
    }

    [Fact]
    public void A_log_that_is_known_but_lacks_what_is_asked_now_is_asked_for_again()
    {
        var host = VirtualHost.Boot(spec => spec with { Banks = [AlgorithmId.Sha256, AlgorithmId.Sha384], Agent = SampleLog.Boot(AlgorithmId.Sha256, AlgorithmId.Sha384) });
        var verifier = new VirtualVerifier(host);
        Assert.Empty(AgainstIt(verifier.Ask()));
        verifier.Pcrs = [new("sha256", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13]), new("sha384", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13])];
        Assert.Null(verifier.Challenge().KnownFirmwareLog);
        Assert.Equal(LogPosition.None, verifier.Challenge().Known);
        // An agent that keeps it back all the same is told, and asked again.
        Assert.Contains(FindingCode.FirmwareLogMissing, AppraiserTests.Codes(verifier.AskWith(evidence => evidence with { FirmwareLog = null })));
        Assert.Null(verifier.Challenge().KnownFirmwareLog);
        Assert.Empty(AgainstIt(verifier.Ask()));
    }

    // What keeps VMs apart is told of every host.
    private static IEnumerable<Finding> AgainstIt(Attest.Appraisal.Appraisal verdict) => verdict.Findings.Where(finding => finding.Code != FindingCode.EnforcementModuleRecognised);

    private static AppraisalRules Demanding(AppraisalRules rules) => rules with { RequireSecureBoot = true };

    private static ResultBoot Boot(Attest.Appraisal.Appraisal verdict) => verdict.ToResult(new ResultRequest
    {
        Verifier = new() { Developer = "tests", Build = "0" }, IssuedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(1),
    }).Submods["host"].Boot!;

    private static HypervisorContent Kvm(string kernel) => Good with
    {
        Kind = "kvm", ImageDigest = SampleLog.Digest(kernel), CommandLine = "BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro", Modules = [Good.Modules[1]],
    };

    private static BootEvent[] SecureBoot(string value) => [.. VirtualBoot.Of(Good).Select(boot =>
        boot.Type == EventType.EfiVariableDriverConfig && boot.Data.Contains("S\0e\0c\0u\0r\0e", StringComparison.Ordinal)
            ? VirtualBoot.Variable(boot.Type, UefiVariable.Global, "SecureBoot", value)
            : boot)];

    private static bool IsSecureBoot(MeasuredEvent nth) => nth.Data.Span.IndexOf("S\0e\0c\0u\0r\0e\0B\0"u8) > 0;

    // The agent records what is good; something else was booted.
    private static Attack Lie(string name, Func<HypervisorContent, HypervisorContent> booted) =>
        Boot(name, FindingCode.HypervisorLinkBroken, spec => spec with { Firmware = VirtualBoot.Of(booted(Good)) });

    private static Attack Boot(string name, FindingCode code, Func<HostSpec, HostSpec> change, Func<AppraisalRules, AppraisalRules>? rules = null) => new(name, code, (_, _) =>
        new VirtualVerifier(VirtualHost.Boot(change)) { Rules = rules?.Invoke(AppraisalRules.Default) ?? AppraisalRules.Default }.Ask());

    private static Attack Log(string name, FindingCode code, Func<byte[], byte[]> edit) => new(name, code, (host, _) => Edited(host, edit));

    private static Attest.Appraisal.Appraisal Edited(VirtualHost host, Func<byte[], byte[]> edit, Func<AppraisalRules, AppraisalRules>? rules = null) =>
        new VirtualVerifier(host) { Rules = rules?.Invoke(AppraisalRules.Default) ?? AppraisalRules.Default }
            .AskWith(evidence => evidence with { FirmwareLog = edit(evidence.FirmwareLog!.Value.ToArray()) });
}
