using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Xunit;
using static Shype.Attest.ServiceTests.Attacks.EvidenceAttack;

namespace Shype.Attest.ServiceTests.Attacks;

/// <summary>Threat rows L03 to L08 and L15 against the running verifier: edited firmware logs under a good quote, and agents that lie about what was booted.</summary>
public sealed class BootAttacks(Scene scene) : IClassFixture<Scene>
{
    private static readonly HypervisorContent Good = new HostSpec().Hypervisor!;

    public static TheoryData<string> Names => [.. All.Select(attack => attack.Name)];

    internal static IReadOnlyList<EvidenceAttack> All { get; } =
    [
        Lie("L15 agent says another hypervisor image than was booted", booted => booted with { ImageDigest = SampleLog.Digest("evil") }),
        Lie("L15 agent says another command line of the hypervisor", booted => booted with { CommandLine = "flask=disabled" }),
        Lie("L15 agent says another dom0 kernel", booted => booted with { Modules = [booted.Modules[0] with { Digest = SampleLog.Digest("evil") }, booted.Modules[1]] }),
        Lie("L15 agent says another initrd", booted => booted with { Modules = [booted.Modules[0], booted.Modules[1] with { Digest = SampleLog.Digest("evil") }] }),
        Rebooted("L15 boot without UEFI, where no boot loader measures", FindingCode.HypervisorLinkMissing, spec => spec with { Firmware = VirtualBoot.WithoutUefi }),
        Story("L07 files renamed in the log to fit a lie", FindingCode.HypervisorLinkBroken, async (_, agent) =>
        {
            var host = Scene.RebootedAs(agent.Host, spec => spec with { Firmware = VirtualBoot.Of(Good with { ImageDigest = SampleLog.Digest("evil") }) });
            var log = EditedLog.WithData(host.FirmwareLog, nth => nth.Pcr.Value == 9 && nth.Data.Span.SequenceEqual("/boot/xen.gz\0"u8), _ => [.. "/boot/good.gz\0"u8]);
            return host.Answer(await agent.ChallengeAsync()) with { FirmwareLog = log };
        }) with { Alters = true },
        Edited("L08 command line of the hypervisor changed, digest kept", FindingCode.BootEventNotCovered,
            log => EditedLog.WithText(log, "kernel_cmdline: placeholder", "kernel_cmdline: placehold-r")),
        Edited("L06 Secure Boot variable edited, digest kept", FindingCode.BootEventNotCovered, log => EditedLog.WithData(log, IsSecureBoot, data => [.. data[..^1], 0])),
        Edited("L03 boot loader under another type", FindingCode.BootEventOdd,
            log => EditedLog.WithType(log, image => image.Type == EventType.EfiBootServicesApplication, EventType.Unused)),
        Edited("L04 separator under another type", FindingCode.BootEventSpoofed,
            log => EditedLog.WithType(log, nth => nth is { Type: EventType.Separator, Pcr.Value: 5 }, EventType.EfiAction)),
        Edited("L05 measured event turned into EV_NO_ACTION", FindingCode.LogDigestMismatch, log => EditedLog.WithType(log, IsSecureBoot, EventType.NoAction)),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public Task An_attack_is_refused_with_its_reason(string attack) => All.Single(row => row.Name == attack).CheckAsync(scene);

    private static bool IsSecureBoot(MeasuredEvent nth) => nth.Data.Span.IndexOf("S\0e\0c\0u\0r\0e\0B\0"u8) > 0;

    private static EvidenceAttack Lie(string name, Func<HypervisorContent, HypervisorContent> booted) =>
        Rebooted(name, FindingCode.HypervisorLinkBroken, spec => spec with { Firmware = VirtualBoot.Of(booted(Good)) });

    private static EvidenceAttack Edited(string name, FindingCode code, Func<byte[], byte[]> edit) => Story(name, code, async (_, agent) =>
        agent.Host.Answer(await agent.ChallengeAsync()) with { FirmwareLog = edit(agent.Host.FirmwareLog) }) with { Alters = true };
}
