using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>
/// Which row of the binary tables a label has, as xend's compiler gave them out since Xen 3.2: VM labels first (row 0 what has no label,
/// row 1 the host, the others in byte order), then, for Type Enforcement only, resource labels in byte order.
/// </summary>
public sealed class SsidTable
{
    private readonly FrozenDictionary<string, int> _vmRows;
    private readonly FrozenDictionary<string, int> _resourceRows;
    private readonly bool _typeEnforcementIsPrimary;

    private SsidTable(AcmPolicy policy)
    {
        var others = policy.VmLabels.Select(label => label.Name).Where(name => name != SpecialLabels.Unlabeled && name != policy.Bootstrap);
        VmLabels = [SpecialLabels.Unlabeled, policy.Bootstrap, .. others];
        ResourceLabels = [.. policy.ResourceLabels.Select(label => label.Name).Where(name => name != SpecialLabels.Unlabeled)];
        _vmRows = VmLabels.Select((name, row) => KeyValuePair.Create(name, row)).ToFrozenDictionary(StringComparer.Ordinal);
        _resourceRows = ResourceLabels.Select((name, index) => KeyValuePair.Create(name, VmLabels.Length + index)).ToFrozenDictionary(StringComparer.Ordinal);
        _typeEnforcementIsPrimary = !policy.HasChineseWall && policy.HasTypeEnforcement;
    }

    /// <summary>The VM labels by row.</summary>
    public ImmutableArray<string> VmLabels { get; }

    /// <summary>The resource labels; the first has the row after the last VM label's. What has no label is row 0 for resources too.</summary>
    public ImmutableArray<string> ResourceLabels { get; }

    /// <summary>The table of a policy.</summary>
    public static SsidTable Of(AcmPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(policy);
    }

    /// <summary>What a VM label is to the hypervisor; null where the policy does not have it.</summary>
    public SsidRef? OfVm(string label) => _vmRows.TryGetValue(label, out var row) ? SsidRef.OfRow(row) : null;

    /// <summary>The Type Enforcement row of a resource label; null where the policy does not have it.</summary>
    public int? ResourceRow(string label) => label == SpecialLabels.Unlabeled ? 0 : _resourceRows.TryGetValue(label, out var row) ? row : null;

    /// <summary>What a resource label is to the hypervisor: a row of the Type Enforcement table, and row 0 of the other.</summary>
    public SsidRef? OfResource(string label) => ResourceRow(label) is not { } row ? null
        : _typeEnforcementIsPrimary ? new SsidRef((ushort)row, 0) : new SsidRef(0, (ushort)row);

    /// <summary>The VM label that a VM's ssidref stands for; null where it is none that this policy gives out.</summary>
    public string? VmLabelOf(SsidRef ssid) => ssid.Primary == ssid.Secondary && ssid.Primary < VmLabels.Length ? VmLabels[ssid.Primary] : null;

    /// <summary>The resource label that a resource's ssidref stands for; null where it is none that this policy gives out.</summary>
    public string? ResourceLabelOf(SsidRef ssid)
    {
        var (row, other) = _typeEnforcementIsPrimary ? (ssid.Primary, ssid.Secondary) : (ssid.Secondary, ssid.Primary);
        var index = row - VmLabels.Length;
        return other != 0 ? null : row == 0 ? SpecialLabels.Unlabeled : index >= 0 && index < ResourceLabels.Length ? ResourceLabels[index] : null;
    }
}
