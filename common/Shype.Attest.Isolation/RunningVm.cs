using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>A VM that runs, as the log tells it.</summary>
/// <param name="Uuid">Which VM.</param>
/// <param name="Name">For people.</param>
/// <param name="Label">Its label; null where it has none.</param>
public sealed record RunningVm(Guid Uuid, string Name, string? Label)
{
    /// <summary>The host's own domain (Xen's dom0, whose uuid is all zeros), an ordinary participant in both rules.</summary>
    public static RunningVm Host(AcmPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(Guid.Empty, "host", policy.Bootstrap);
    }

    /// <summary>Whether this is the host's own domain.</summary>
    public bool IsHost => Uuid == Guid.Empty;

    /// <summary>The label by which the rules know it.</summary>
    public string EffectiveLabel => Label ?? SpecialLabels.Unlabeled;
}
