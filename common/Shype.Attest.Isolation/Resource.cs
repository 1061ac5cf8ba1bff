namespace Shype.Attest.Isolation;

/// <summary>Something that a running VM uses: a disk, a network interface, a PCI device, or a channel to another VM.</summary>
/// <param name="Kind">"disk", "vif", "vlan", "pci", "vtpm", "event-channel", "grant".</param>
/// <param name="Name">Which one; of an event channel or grant the VM at its other end, by name, by uuid, or "host".</param>
/// <param name="Label">Its label; null where it has none.</param>
public sealed record Resource(string Kind, string Name, string? Label)
{
    /// <summary>Whether it is a channel to another VM, which is judged by that VM's label.</summary>
    public bool IsChannel => Kind is "event-channel" or "grant";

    internal bool Is(string kind, string name) => Kind == kind && Name == name;

    internal string Sentence => $"{Quote.Visible(Kind)} {Quote.Visible(Name)}";
}
