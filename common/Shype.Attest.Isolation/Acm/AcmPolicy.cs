using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Acm;

/// <summary>
/// A well-formed sHype/ACM policy: what its file means, and nothing that it does not mean. Two files have the same policy exactly where
/// they have the same <see cref="CanonicalDigest"/>.
/// </summary>
public sealed class AcmPolicy
{
    private readonly FrozenDictionary<string, VmLabel> _vmLabels;
    private readonly FrozenDictionary<string, ResourceLabel> _resourceLabels;

    internal AcmPolicy(
        string name,
        AcmVersion version,
        AcmPolicyReference? from,
        IEnumerable<string>? steTypes,
        IEnumerable<string>? chWallTypes,
        IEnumerable<ConflictSet> conflictSets,
        string bootstrap,
        IEnumerable<VmLabel> vmLabels,
        IEnumerable<ResourceLabel> resourceLabels)
    {
        (Name, Version, From, Bootstrap) = (name, version, from, bootstrap);
        HasTypeEnforcement = steTypes is not null;
        HasChineseWall = chWallTypes is not null;
        SteTypes = ByteOrder.Sort(steTypes ?? []);
        ChWallTypes = ByteOrder.Sort(chWallTypes ?? []);
        ConflictSets = [.. conflictSets.OrderBy(set => set.Name, ByteOrder.Instance).ThenBy(set => set.Types, TypeListOrder.Instance)];
        VmLabels = [.. vmLabels.OrderBy(label => label.Name, ByteOrder.Instance)];
        ResourceLabels = [.. resourceLabels.OrderBy(label => label.Name, ByteOrder.Instance)];
        _vmLabels = VmLabels.ToFrozenDictionary(label => label.Name, StringComparer.Ordinal);
        _resourceLabels = ResourceLabels.ToFrozenDictionary(label => label.Name, StringComparer.Ordinal);
        ChineseWall = new ChineseWall(ChWallTypes, ConflictSets);
        CanonicalDigest = ImmutableArray.Create(CanonicalForm.Digest(this));
    }

    /// <summary>Its name; dots are folders to Xen's tools ("example.banks").</summary>
    public string Name { get; }

    /// <summary>Its version.</summary>
    public AcmVersion Version { get; }

    /// <summary>The policy that it may replace on a running system.</summary>
    public AcmPolicyReference? From { get; }

    /// <summary>Whether it has a Type Enforcement part; without one everything may be shared.</summary>
    public bool HasTypeEnforcement { get; }

    /// <summary>Whether it has a Chinese Wall part; without one nothing conflicts.</summary>
    public bool HasChineseWall { get; }

    /// <summary>Type Enforcement types, in byte order.</summary>
    public ImmutableArray<string> SteTypes { get; }

    /// <summary>Chinese Wall types, in byte order.</summary>
    public ImmutableArray<string> ChWallTypes { get; }

    /// <summary>Conflict sets, by name.</summary>
    public ImmutableArray<ConflictSet> ConflictSets { get; }

    /// <summary>Labels of VMs, by name.</summary>
    public ImmutableArray<VmLabel> VmLabels { get; }

    /// <summary>Labels of resources, by name.</summary>
    public ImmutableArray<ResourceLabel> ResourceLabels { get; }

    /// <summary>The label of the host's own domain (Xen's dom0).</summary>
    public string Bootstrap { get; }

    /// <summary>The definition of <see cref="Bootstrap"/>.</summary>
    public VmLabel BootstrapLabel => _vmLabels[Bootstrap];

    /// <summary>The Chinese Wall rule of this policy.</summary>
    public ChineseWall ChineseWall { get; }

    /// <summary>SHA-256 of the policy's meaning in canonical form (docs/policy-digest.md); 32 bytes.</summary>
    public ImmutableArray<byte> CanonicalDigest { get; }

    /// <summary>The VM label of that name; null where the policy has none.</summary>
    public VmLabel? FindVmLabel(string? name) => name is null ? null : _vmLabels.GetValueOrDefault(name);

    /// <summary>The resource label of that name; null where the policy has none.</summary>
    public ResourceLabel? FindResourceLabel(string? name) => name is null ? null : _resourceLabels.GetValueOrDefault(name);

    /// <summary>Name and version: "example.banks 1.0".</summary>
    public override string ToString() => $"{Name} {Version}";

    private sealed class TypeListOrder : IComparer<ImmutableArray<string>>
    {
        public static TypeListOrder Instance { get; } = new();

        public int Compare(ImmutableArray<string> x, ImmutableArray<string> y)
        {
            for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
            {
                if (ByteOrder.Instance.Compare(x[i], y[i]) is var order and not 0)
                {
                    return order;
                }
            }

            return x.Length.CompareTo(y.Length);
        }
    }
}
