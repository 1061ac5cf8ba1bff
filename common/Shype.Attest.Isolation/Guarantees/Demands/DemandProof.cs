namespace Shype.Attest.Isolation.Guarantees.Demands;

/// <summary>
/// Proves or refutes demands twice: for every state that the policy admits, and for what runs and ran since boot. Where the policy decides, its answer stands, and the log can only
/// refute; where the log decides, its answer stands.
/// </summary>
public static class DemandProof
{
    /// <summary>The answer to one demand.</summary>
    public static Guarantee Prove(IsolationEvidence evidence, Demand demand)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(demand);
        return demand switch
        {
            NeverTogether never => Both(never.Id, RunningAnswers.Together(evidence, never), AdmittedAnswers.Together(evidence, never)),
            NoFlow flow => Both(flow.Id, RunningAnswers.Flow(evidence, flow), AdmittedAnswers.Flow(evidence, flow)),
            OnlySharesWith only => Both(only.Id, RunningAnswers.Shares(evidence, only), AdmittedAnswers.Shares(evidence, only)),
            RunsAlone alone => Both(alone.Id, RunningAnswers.Alone(evidence, alone), AdmittedAnswers.Alone(evidence, alone)),
            ResourceOnly only => Both(only.Id, RunningAnswers.Resource(evidence, only), AdmittedAnswers.Resource(evidence, only)),
            LabelIs label => ByLog(RunningAnswers.Label(evidence, label), "no policy says which VM runs under which label"),
            PolicyUnchanged unchanged => ByLog(RunningAnswers.Unchanged(evidence, unchanged.Id), "no policy says what may take its place tomorrow"),
            EnforcedBy by => Keeper(evidence.Keeper, by),
            GuaranteeHolds(var id) => GuaranteeProof.Prove(evidence, id),
            _ => throw new ArgumentException($"no proof for {demand.Id}", nameof(demand)),
        };
    }

    internal static Guarantee Both(string id, Guarantee now, Guarantee always)
    {
        var decisive = always.Verdict != GuaranteeVerdict.Violated && now.Verdict == GuaranteeVerdict.Violated ? now : always;
        return decisive with { Id = id, Now = now with { Id = id }, Always = always with { Id = id } };
    }

    internal static Guarantee ByLog(Guarantee now, string why) => now with { Now = now, Always = Guarantee.Unknown(now.Id, why) };

    // Who keeps the policy does so whatever runs.
    internal static Guarantee Keeper(GuaranteeStrength keeper, EnforcedBy by)
    {
        var answer = keeper >= by.AtLeast
            ? Guarantee.Holds(by.Id, keeper, $"The policy is {Word(keeper)}.")
            : Guarantee.Violated(by.Id, $"The policy is only {Word(keeper)}, and {Word(by.AtLeast)} is demanded.");
        return answer with { Now = answer, Always = answer };
    }

    private static string Word(GuaranteeStrength strength) => strength switch
    {
        GuaranteeStrength.Enforced => "enforced by the hypervisor",
        GuaranteeStrength.Gated => "kept by the agent's gate",
        GuaranteeStrength.Observed => "observed in the log",
        _ => "kept by nobody",
    };
}
