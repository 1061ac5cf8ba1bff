using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>What a node of the picture stands for.</summary>
public enum GraphNodeKind
{
    /// <summary>The label of the host's own domain.</summary>
    Host,

    /// <summary>A VM label.</summary>
    Label,

    /// <summary>A label that a VM runs under and the policy does not have.</summary>
    UnknownLabel,

    /// <summary>A domain's type, or full context, of a FLASK policy.</summary>
    Domain,

    /// <summary>A type that no domain runs with: a device, or the hypervisor's own.</summary>
    Device,
}

/// <summary>A label with what runs under it.</summary>
/// <param name="Name">The label, type or context, as the policy spells it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsMediator">Whether it was declared to pass nothing on.</param>
/// <param name="Vms">The names of the VMs that run under it, in the order of their starts.</param>
/// <param name="WallTypes">Its Chinese Wall types.</param>
public sealed record GraphNode(string Name, GraphNodeKind Kind, bool IsMediator, ImmutableArray<string> Vms, ImmutableArray<string> WallTypes)
{
    /// <summary>Whether it is drawn apart: what is declared to pass nothing on, and the host, which everything must trust anyway.</summary>
    public bool IsApart => IsMediator || Kind == GraphNodeKind.Host;
}
