using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

// What can be wrong with how one isolation policy follows another, and with what is demanded of it.
public static partial class FindingCatalogue
{
    private static IEnumerable<FindingKind> PolicyKinds() =>
    [
        new(FindingCode.EnforcementModuleRecognised, FindingSeverity.Information, "isolation 5", "V05 V13", false, [],
            "The hypervisor keeps VMs apart with {found}: {detail}.",
            "Where labels must be enforced, use a hypervisor and a module that does, or rely on the agent's launch gate."),
        new(FindingCode.PolicyRolledBack, FindingSeverity.Failure, "isolation 2.4", "V10", true, [Claim(TrustClaim.Configuration, 96)],
            "Version {found} of the isolation policy {detail} is in force, and version {expected} was before.",
            "Put the newer version in force again; where going back is meant, allow it in the verifier's rules and reboot the host."),
        new(FindingCode.PolicyVersionReused, FindingSeverity.Failure, "isolation 2.4", "V10", true, [Claim(TrustClaim.Configuration, 96)],
            "The isolation policy {detail} says something else than when it was in force before.",
            "Give every change of a policy a higher version; look who changed this one."),
        new(FindingCode.PolicyChangeRefused, FindingSeverity.Failure, "isolation 2.4", "V10", true, [Claim(TrustClaim.Configuration, 96)],
            "The isolation policy was changed against its own rules: {detail}.",
            "Let the new policy name the one that it replaces (FromPolicy) and keep what runs; reboot the host."),
        new(FindingCode.IsolationDemandViolated, FindingSeverity.Failure, "isolation 7", "V09", false, [.. Claims(96, TrustClaim.Configuration, TrustClaim.RuntimeOpaque)],
            "What is demanded of isolation, {found}, does not hold: {detail}.",
            "Ask a host with another policy, or change the policy as the witness shows."),
        new(FindingCode.ConfigurationDemandViolated, FindingSeverity.Failure, "isolation 7", "V05 V06", false, [Claim(TrustClaim.Configuration, 96)],
            "What is demanded of the configuration, {found}, does not hold: {detail}.",
            "Ask a host that fulfils it, or bring this one into the state that is demanded."),
        new(FindingCode.DemandNotProven, FindingSeverity.Warning, "isolation 7", "V09", false, [Claim(TrustClaim.Configuration, 36)],
            "What is demanded, {found}, is not proven: {detail}.",
            "Let the host show what is missing, or demand only what it can prove."),
    ];
}
