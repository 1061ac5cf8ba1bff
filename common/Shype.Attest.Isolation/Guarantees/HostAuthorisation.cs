namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G18: the host's own label holds every type of every VM that runs.</summary>
public static class HostAuthorisation
{
    /// <summary>The guarantee for what runs now.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G18", IsolationEvidence.NoLog);
        }

        var policy = evidence.Policy;
        if (policy.FindVmLabel(history.Running[0].EffectiveLabel) is not { } host)
        {
            return Guarantee.Unknown("G18", $"the host runs under {Quote.Name(history.Running[0].EffectiveLabel)}, which policy {policy} does not have");
        }

        foreach (var vm in history.Running.Skip(1))
        {
            if (policy.FindVmLabel(vm.EffectiveLabel) is { } label && !TypeEnforcement.Authorises(policy, host, label))
            {
                var what = $"{Quote.Visible(vm.Name)} runs as {Quote.Name(label.Name)}, which the host's label {Quote.Name(host.Name)} is not authorised to run";
                return Guarantee.Violated("G18", $"{what}.", new(what, [host.Name, label.Name], []));
            }
        }

        return history.Gap is { } gap
            ? Guarantee.Unknown("G18", gap)
            : Guarantee.Holds("G18", evidence, $"The host's label {Quote.Name(host.Name)} is authorised to run every VM that runs.");
    }
}
