namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G15: every label that holds more than one type, and so could pass something on, is a declared mediator.</summary>
public static class FewMediators
{
    /// <summary>The guarantee for a policy.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.Mediators.Order(StringComparer.Ordinal).FirstOrDefault(name => evidence.Policy.FindVmLabel(name) is null) is { } stranger)
        {
            return Guarantee.Unknown("G15", $"policy {evidence.Policy} has no VM label {Quote.Name(stranger)}, which is declared a mediator");
        }

        return evidence.Policy.VmLabels.FirstOrDefault(label => label.SteTypes.Length > 1 && !evidence.Mediators.Contains(label.Name)) is { } bridge
            ? Guarantee.Violated("G15", $"Label {Quote.Name(bridge.Name)} joins {Quote.Set(bridge.SteTypes)} and is no declared mediator.", new($"{Quote.Name(bridge.Name)} holds {Quote.Set(bridge.SteTypes)}", [bridge.Name], []))
            : Guarantee.Holds("G15", evidence, $"Only declared mediators ({evidence.Mediators.Count}) hold more than one type.");
    }
}
