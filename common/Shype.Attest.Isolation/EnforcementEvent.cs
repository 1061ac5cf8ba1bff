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
