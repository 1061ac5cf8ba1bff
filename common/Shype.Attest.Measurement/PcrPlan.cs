namespace Shype.Attest.Measurement;

/// <summary>What a record is about, and with it which PCR it is extended into.</summary>
public enum PcrRole
{
    /// <summary>The hypervisor, and the agent itself.</summary>
    Hypervisor,

    /// <summary>The isolation policy.</summary>
    Policy,

    /// <summary>Virtual machines and their resources.</summary>
    Vm,
}

/// <summary>
/// Which PCR holds which claims. Settable, because on hosts booted through a unified kernel image systemd-stub already uses 11 to 13; two roles
/// may share a PCR where a host has no three free ones.
/// </summary>
public sealed record PcrPlan
{
    /// <summary>A plan of one's own.</summary>
    /// <exception cref="ArgumentException">A PCR that software can reset, or that firmware and IMA use.</exception>
    public PcrPlan(PcrIndex hypervisor, PcrIndex policy, PcrIndex vm)
    {
        Hypervisor = Checked(hypervisor, nameof(hypervisor));
        Policy = Checked(policy, nameof(policy));
        Vm = Checked(vm, nameof(vm));
    }

    /// <summary>11, 12, 13.</summary>
    public static PcrPlan Default { get; } = new(new PcrIndex(11), new PcrIndex(12), new PcrIndex(13));

    /// <summary>Hypervisor and agent.</summary>
    public PcrIndex Hypervisor { get; }

    /// <summary>Isolation policy.</summary>
    public PcrIndex Policy { get; }

    /// <summary>Virtual machines.</summary>
    public PcrIndex Vm { get; }

    /// <summary>The PCR of a role.</summary>
    public PcrIndex this[PcrRole role] => role switch
    {
        PcrRole.Hypervisor => Hypervisor,
        PcrRole.Policy => Policy,
        _ => Vm,
    };

    /// <summary>
    /// Whether a PCR may carry our claims: of the static PCRs (0 to 15) those that firmware (0 to 7) and IMA (10) do not own. PCR 16 and 23 can be
    /// reset from locality 0 and 17 to 22 belong to a dynamic launch.
    /// </summary>
    public static bool IsUsable(PcrIndex pcr) => pcr.Value is 8 or 9 or (>= 11 and <= 15);

    /// <summary>The PCRs in use, ascending, each once.</summary>
    public IReadOnlyList<PcrIndex> Distinct() => [.. new SortedSet<PcrIndex> { Hypervisor, Policy, Vm }];

    /// <inheritdoc/>
    public override string ToString() => $"hypervisor {Hypervisor}, policy {Policy}, VMs {Vm}";

    private static PcrIndex Checked(PcrIndex pcr, string role) =>
        IsUsable(pcr) ? pcr : throw new ArgumentException($"PCR {pcr} cannot hold {role} records; use 8, 9 or 11 to 15", role);
}
