using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

// What can be wrong with reference values themselves.
public static partial class FindingCatalogue
{
    private static IEnumerable<FindingKind> ReferenceKinds() =>
    [
        new(FindingCode.ReferenceExpired, FindingSeverity.Failure, "CoRIM 4.1.4", "V18", false, [.. Claims(96, TrustClaim.Configuration, TrustClaim.Executables)],
            "Only references that have expired call {subject} good: {detail}.",
            "Import a newer bundle of its maker, or replace what runs."),
        new(FindingCode.ReferenceNotYetValid, FindingSeverity.Failure, "CoRIM 4.1.4", "V18", false, [.. Claims(96, TrustClaim.Configuration, TrustClaim.Executables)],
            "Only references that are not valid yet call {subject} good: {detail}.",
            "Wait until they are, or look at the verifier's clock."),
        new(FindingCode.ReferenceRevoked, FindingSeverity.Failure, "V18", "V18", false, [.. Claims(96, TrustClaim.Configuration, TrustClaim.Executables)],
            "Only references that were taken back call {subject} good: {detail}.",
            "Replace what runs; somebody decided that it is not good any more."),
        new(FindingCode.PcrNotReferenced, FindingSeverity.Failure, "CoRIM 5.1.4.1.4", "V18", false, [.. Claims(96, TrustClaim.Configuration, TrustClaim.Executables)],
            "{subject} has the value {found}, which is not one of the references: {detail}.",
            "If the firmware or boot loader was changed on purpose, add its new value to the references; otherwise find out what changed."),
    ];
}
