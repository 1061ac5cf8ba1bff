using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>What a VM's label is to the policy in force. Only <see cref="Known"/> supports a statement about the VM.</summary>
public enum LabelStanding
{
    /// <summary>A VM label of the policy.</summary>
    Known,

    /// <summary>No label, or the label for what has none; a policy that defines that label gives it types all the same.</summary>
    Unlabeled,

    /// <summary>A label of an earlier policy, marked as no longer valid.</summary>
    Invalidated,

    /// <summary>Not a VM label of the policy.</summary>
    Unknown,
}

/// <summary>How a label stands to a policy.</summary>
public static class LabelStandings
{
    /// <summary>The standing of the VM's label.</summary>
    public static LabelStanding StandingOf(this AcmPolicy policy, RunningVm vm)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(vm);
        return vm.EffectiveLabel switch
        {
            SpecialLabels.Unlabeled => LabelStanding.Unlabeled,
            var label when policy.FindVmLabel(label) is not null => LabelStanding.Known,
            var label when label.StartsWith(SpecialLabels.InvalidPrefix, StringComparison.Ordinal) => LabelStanding.Invalidated,
            _ => LabelStanding.Unknown,
        };
    }
}
