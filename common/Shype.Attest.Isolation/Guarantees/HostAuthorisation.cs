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
        var tables = PolicyTables.Of(policy);
        if (tables.Find(history.Running[0].EffectiveLabel) is not { } host)
        {
            return Guarantee.Unknown("G18", $"the host runs under {Quote.Name(history.Running[0].EffectiveLabel)}, which policy {policy} does not have");
        }

        foreach (var vm in history.Running.Skip(1))
        {
            if (policy.HasTypeEnforcement && tables.Find(vm.EffectiveLabel) is { } row && (row.Ste.IsEmpty || !host.Ste.Holds(row.Ste)))
            {
                var what = $"{Quote.Visible(vm.Name)} runs as {Quote.Name(row.Label.Name)}, which the host's label {Quote.Name(host.Label.Name)} is not authorised to run";
                return Guarantee.Violated("G18", $"{what}.", new(what, [host.Label.Name, row.Label.Name], []));
            }
        }

        return history.Doubt is { } gap
            ? Guarantee.Unknown("G18", gap)
            : Guarantee.Holds("G18", evidence, $"The host's label {Quote.Name(host.Label.Name)} is authorised to run every VM that runs.");
    }
}
