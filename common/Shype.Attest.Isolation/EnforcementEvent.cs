namespace Shype.Attest.Isolation;

/// <summary>Something that the policy is asked about, or that the log says happened.</summary>
public abstract record EnforcementEvent
{
    private protected EnforcementEvent()
    {
    }
}

/// <summary>A VM starts here: started, resumed, restored, or migrated in.</summary>
/// <param name="Vm">The VM.</param>
public sealed record VmStarts(RunningVm Vm) : EnforcementEvent;

/// <summary>A VM ends here: stopped, suspended, saved, or migrated out.</summary>
/// <param name="Uuid">The VM.</param>
public sealed record VmStops(Guid Uuid) : EnforcementEvent;

/// <summary>A running VM, or the host's own domain, takes another label.</summary>
/// <param name="Uuid">The VM.</param>
/// <param name="Label">The new label; null for none.</param>
public sealed record VmRelabels(Guid Uuid, string? Label) : EnforcementEvent;

/// <summary>A running VM gets a resource.</summary>
/// <param name="Uuid">The VM.</param>
/// <param name="Resource">The resource.</param>
public sealed record ResourceAttaches(Guid Uuid, Resource Resource) : EnforcementEvent;

/// <summary>A running VM gives a resource back.</summary>
/// <param name="Uuid">The VM.</param>
/// <param name="Kind">The resource's kind.</param>
/// <param name="Name">The resource's name.</param>
public sealed record ResourceDetaches(Guid Uuid, string Kind, string Name) : EnforcementEvent;
