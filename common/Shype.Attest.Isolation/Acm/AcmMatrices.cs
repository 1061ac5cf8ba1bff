namespace Shype.Attest.Isolation.Acm;

/// <summary>What a policy decides, pair by pair: every question that its two rules answer, asked once.</summary>
public sealed class AcmMatrices
{
    private readonly AcmPolicy _policy;

    private AcmMatrices(AcmPolicy policy) => _policy = policy;

    /// <summary>The matrices of a policy.</summary>
    public static AcmMatrices Of(AcmPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(policy);
    }

    /// <summary>Whether VMs of two labels may share.</summary>
    public IEnumerable<(string Left, string Right, bool Permitted)> SteShare =>
        from left in _policy.VmLabels
        from right in _policy.VmLabels
        select (left.Name, right.Name, TypeEnforcement.MayShare(_policy, left, right));

    /// <summary>Whether a VM of one label may start where nothing but a VM of another runs.</summary>
    public IEnumerable<(string Running, string Starting, bool Permitted)> ChineseWallPairwise =>
        from running in _policy.VmLabels
        from starting in _policy.VmLabels
        select (running.Name, starting.Name, _policy.ChineseWall.Between(running.ChWallTypes, starting.ChWallTypes) is null);

    /// <summary>Whether the host's own domain is authorised to run a label.</summary>
    public IEnumerable<(string Host, string Vm, bool Permitted)> HostAuthorisation =>
        _policy.VmLabels.Select(vm => (_policy.Bootstrap, vm.Name, TypeEnforcement.Authorises(_policy, _policy.BootstrapLabel, vm)));

    /// <summary>Whether VMs of a label may use resources of a label.</summary>
    public IEnumerable<(string Vm, string Resource, bool Permitted)> ResourceAccess =>
        from vm in _policy.VmLabels
        from resource in _policy.ResourceLabels
        select (vm.Name, resource.Name, TypeEnforcement.MayUse(_policy, vm, resource));
}
