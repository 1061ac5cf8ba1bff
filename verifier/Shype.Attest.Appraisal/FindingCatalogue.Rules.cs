using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

// What only an appraisal policy demands.
public static partial class FindingCatalogue
{
    private static IEnumerable<FindingKind> RuleKinds() =>
    [
        new(FindingCode.HypervisorVersionRefused, FindingSeverity.Failure, "appraisal policy", "V18", false, [Claim(TrustClaim.Executables, 96)],
            "The hypervisor is {found}; the appraisal policy takes {expected}.",
            "Update the hypervisor, or change the appraisal policy."),
    ];
}
