namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G9: every VM that runs has a label of the policy in force.</summary>
public static class KnownLabels
{
    /// <summary>The guarantee for what runs now.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G9", IsolationEvidence.NoLog);
        }

        foreach (var vm in history.Running)
        {
            var standing = new VmStanding(vm, evidence.Policy.StandingOf(vm));
            if (standing.Standing != LabelStanding.Known)
            {
                return Guarantee.Violated("G9", $"{standing.Sentence}.", new(standing.Sentence, [vm.EffectiveLabel], []));
            }
        }

        return history.Doubt is { } gap
            ? Guarantee.Unknown("G9", gap)
            : Guarantee.Holds("G9", evidence, $"Each of the {history.Running.Length - 1} running VMs has a label of policy {evidence.Policy}.");
    }
}
