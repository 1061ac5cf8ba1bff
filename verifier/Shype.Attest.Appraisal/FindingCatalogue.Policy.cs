using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

// What can be wrong with how one isolation policy follows another.
public static partial class FindingCatalogue
{
    private static IEnumerable<FindingKind> PolicyKinds() =>
    [
        new(FindingCode.PolicyRolledBack, FindingSeverity.Failure, "isolation 2.4", "V10", true, [Claim(TrustClaim.Configuration, 96)],
            "Version {found} of the isolation policy {detail} is in force, and version {expected} was before.",
            "Put the newer version in force again; where going back is meant, allow it in the verifier's rules and reboot the host."),
        new(FindingCode.PolicyVersionReused, FindingSeverity.Failure, "isolation 2.4", "V10", true, [Claim(TrustClaim.Configuration, 96)],
            "The isolation policy {detail} says something else than when it was in force before.",
            "Give every change of a policy a higher version; look who changed this one."),
        new(FindingCode.PolicyChangeRefused, FindingSeverity.Failure, "isolation 2.4", "V10", true, [Claim(TrustClaim.Configuration, 96)],
            "The isolation policy was changed against its own rules: {detail}.",
            "Let the new policy name the one that it replaces (FromPolicy) and keep what runs; reboot the host."),
    ];
}
