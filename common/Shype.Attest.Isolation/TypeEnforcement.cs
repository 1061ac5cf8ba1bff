using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>sHype's Simple Type Enforcement: two may share exactly where they hold a type in common. No levels and no direction.</summary>
public static class TypeEnforcement
{
    /// <summary>The types through which two label rows share, in byte order; none means that they may not share, which holds for a row without types even with itself.</summary>
    public static ImmutableArray<string> Shared(ImmutableArray<string> left, ImmutableArray<string> right) =>
        ByteOrder.Sort(left.Intersect(right, StringComparer.Ordinal));

    /// <summary>Whether VMs of two labels may share; without a Type Enforcement part the policy permits all sharing.</summary>
    public static bool MayShare(AcmPolicy policy, VmLabel left, VmLabel right)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return !policy.HasTypeEnforcement || Shared(left.SteTypes, right.SteTypes).Length > 0;
    }

    /// <summary>Whether a VM may use a resource.</summary>
    public static bool MayUse(AcmPolicy policy, VmLabel vm, ResourceLabel resource)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(resource);
        return !policy.HasTypeEnforcement || vm.SteTypes.Contains(resource.SteType, StringComparer.Ordinal);
    }

    /// <summary>Whether <paramref name="host"/> is authorised to run <paramref name="vm"/>: it holds every type of the VM, and they share.</summary>
    public static bool Authorises(AcmPolicy policy, VmLabel host, VmLabel vm)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(vm);
        return !policy.HasTypeEnforcement || (!vm.SteTypes.IsEmpty && Holds(host.SteTypes, vm.SteTypes));
    }

    /// <summary>The types of the VM that the host does not hold.</summary>
    public static ImmutableArray<string> Missing(VmLabel host, VmLabel vm)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(vm);
        return ByteOrder.Sort(vm.SteTypes.Except(host.SteTypes, StringComparer.Ordinal));
    }

    private static bool Holds(ImmutableArray<string> all, ImmutableArray<string> some)
    {
        foreach (var type in some)
        {
            if (!all.Contains(type, StringComparer.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
