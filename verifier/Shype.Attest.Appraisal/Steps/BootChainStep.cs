using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>
/// What the firmware's log proves about the boot: whether its events are what they are said to be, Secure Boot, and the link from boot loader to hypervisor (threat
/// rows L03 to L08, L15). Only events of PCRs that were quoted and are not the agent's own count.
/// </summary>
internal static class BootChainStep
{
    public static BootVerdict Check(SignedQuote quote, BootChainMemory chain, BootStory story, AppraisalRules rules, List<Finding> findings)
    {
        var proven = Proven(quote, chain, rules.Plan);
        foreach (var oddity in chain.Oddities)
        {
            if (Has(proven, oddity.Pcr))
            {
                findings.Add(new(oddity.Code, $"pcr/{oddity.Pcr}", Detail: oddity.Detail));
            }
        }

        var (secureBoot, doubt) = Has(proven, SecureBootPcr) ? (chain.SecureBoot, chain.Doubt) : (null, $"PCR {SecureBootPcr} is not quoted");
        var verdict = new BootVerdict(chain, secureBoot, HypervisorLink.Check(chain, proven, story, findings));
        if (rules.RequireSecureBoot && secureBoot != true)
        {
            findings.Add(new(FindingCode.SecureBootOff, "host", Expected: "on", Found: verdict.SecureBootText, Detail: secureBoot == false ? "the variable SecureBoot is 0" : doubt));
        }

        return verdict;
    }

    private static uint Proven(SignedQuote quote, BootChainMemory chain, PcrPlan plan)
    {
        var mask = 0u;
        foreach (var selection in quote.Body.Selections.Selections)
        {
            if (selection.Bank == chain.Bank)
            {
                foreach (var pcr in selection.Pcrs)
                {
                    mask |= 1u << pcr;
                }
            }
        }

        return mask & ~((1u << plan.Hypervisor.Value) | (1u << plan.Policy.Value) | (1u << plan.Vm.Value));
    }

    private static bool Has(uint mask, int pcr) => (mask & (1u << pcr)) != 0;

    private const int SecureBootPcr = 7;
}

/// <summary>How the hypervisor stands to what the boot loader measured.</summary>
internal enum LinkState
{
    /// <summary>Nothing proves anything.</summary>
    Missing,

    /// <summary>They are the same.</summary>
    Proven,

    /// <summary>They differ.</summary>
    Broken,
}

/// <summary>What was found about a boot, for the result.</summary>
/// <param name="Chain">What the log says.</param>
/// <param name="SecureBoot">On, off, or null for not proven.</param>
/// <param name="Link">The link to the hypervisor.</param>
internal sealed record BootVerdict(BootChainMemory Chain, bool? SecureBoot, LinkState Link)
{
    public string SecureBootText => SecureBoot switch { true => "on", false => "off", null => "unknown" };
}
