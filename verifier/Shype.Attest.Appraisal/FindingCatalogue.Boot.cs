using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

// What can be wrong with the boot, and with the link between what the boot loader measured and what the agent recorded.
public static partial class FindingCatalogue
{
    private static IEnumerable<FindingKind> BootKinds() =>
    [
        new(FindingCode.BootEventSpoofed, FindingSeverity.Failure, "PC Client Platform Firmware Profile 3.3.2", "L03 L04", true, [Claim(TrustClaim.Configuration, 96)],
            "The firmware log misnames what divides the boot: {detail}.",
            "The log was edited; if this firmware writes such logs, tell its vendor."),
        new(FindingCode.BootEventNotCovered, FindingSeverity.Failure, "formats: what a digest covers", "L06 L08", true, [Claim(TrustClaim.Configuration, 96)],
            "The firmware log says something that its digest does not cover: {detail}.",
            "The log was edited, or this boot loader hashes something else than it writes down."),
        new(FindingCode.BootEventOdd, FindingSeverity.Warning, "PC Client Platform Firmware Profile 3.3.4", "L03 L06", false, [Claim(TrustClaim.Configuration, 36)],
            "The firmware log is not as the profile wants it: {detail}.",
            "Update the firmware, or find out what it measures there."),
        new(FindingCode.SecureBootOff, FindingSeverity.Failure, "PC Client Platform Firmware Profile 3.3.4.8", "L06", false, [Claim(TrustClaim.Configuration, 96)],
            "Secure Boot is demanded and is {found}: {detail}.",
            "Switch Secure Boot on in the firmware, with keys enrolled."),
        new(FindingCode.HypervisorLinkBroken, FindingSeverity.Failure, "L15", "L07 L15", true, [Claim(TrustClaim.Executables, 96)],
            "The agent recorded another hypervisor than the boot loader started: {detail} differs.",
            "Believe the boot loader: it measured before the agent ran. Look into the agent and reinstall the host."),
        new(FindingCode.HypervisorLinkMissing, FindingSeverity.Warning, "L15", "L15", false, [Claim(TrustClaim.Executables, 33)],
            "Nothing proves that the boot loader started the hypervisor which the agent recorded: {detail}.",
            "Boot through UEFI and a GRUB with its tpm module, let PCR 8 and 9 be quoted, and let the agent measure files by the hash of the quoted bank."),
    ];
}
