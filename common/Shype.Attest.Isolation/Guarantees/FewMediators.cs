namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G15: every label that holds more than one type, and so could pass something on, is a declared mediator; and what runs under a mediator's label is what a reference says.</summary>
public static class FewMediators
{
    /// <summary>The guarantee for a policy and for what runs.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var policy = evidence.Policy;
        if (evidence.Mediators.Order(StringComparer.Ordinal).FirstOrDefault(name => policy.FindVmLabel(name) is null) is { } stranger)
        {
            return Guarantee.Unknown("G15", $"policy {policy} has no VM label {Quote.Name(stranger)}, which is declared a mediator");
        }

        if (policy.VmLabels.FirstOrDefault(label => !evidence.Mediators.Contains(label.Name) && (label.SteTypes.Length > 1 || !policy.HasTypeEnforcement)) is { } bridge)
        {
            var what = policy.HasTypeEnforcement ? $"{Quote.Name(bridge.Name)} holds {Quote.Set(bridge.SteTypes)}" : $"{Quote.Name(bridge.Name)} may share anything";
            return Guarantee.Violated("G15", $"Label {what}, and is no declared mediator.", new(what, [bridge.Name], []));
        }

        // The host's own image is what was booted (G2), not what a record of a start says.
        return evidence.Mediators.Remove(policy.Bootstrap).IsEmpty
            ? Guarantee.Holds("G15", evidence, $"Only declared mediators ({evidence.Mediators.Count}) hold more than one type.")
            : Images(evidence);
    }

    private static Guarantee Images(IsolationEvidence evidence)
    {
        if (evidence is not { History: { } history, Starts: not null })
        {
            return Guarantee.Unknown("G15", $"{IsolationEvidence.NoStarts}, and so of the images of mediators");
        }

        var known = evidence.References is { } references ? new KnownImages(references) : null;
        string? missing = null;
        var count = 0;
        foreach (var start in evidence.RunningStarts.Where(start => evidence.Mediators.Contains(start.Vm.EffectiveLabel)))
        {
            count++;
            missing ??= known is null ? $"no references were given that say which image {Quote.Visible(start.Vm.Name)}, a mediator, may start from" : null;
            if (known?.Problem(start) is { } problem)
            {
                var what = $"{start.Sentence} is a mediator and not what the references say: {problem}";
                return Guarantee.Violated("G15", $"{what}.", new(what, [start.Vm.EffectiveLabel], [start.Record]));
            }
        }

        return (missing ?? history.Doubt) is { } unknown
            ? Guarantee.Unknown("G15", unknown)
            : Guarantee.Holds("G15", evidence, $"Only declared mediators ({evidence.Mediators.Count}) hold more than one type, and the {count} that run are what the references say.");
    }
}
