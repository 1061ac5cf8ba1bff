using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Testing.World;

/// <summary>What a host is made of. As it comes it is complete and valid.</summary>
public sealed record HostSpec
{
    /// <summary>The host's id.</summary>
    public string Id { get; init; } = "host-0001";

    /// <summary>The host's name.</summary>
    public string Name { get; init; } = "rack-1";

    /// <summary>The kind of its attestation key, one shared by all tests.</summary>
    public AkKind Kind { get; init; } = AkKind.EcdsaP256;

    /// <summary>A key of its own.</summary>
    public VirtualAk? Ak { get; init; }

    /// <summary>The TPM's banks.</summary>
    public IReadOnlyList<AlgorithmId> Banks { get; init; } = [AlgorithmId.Sha256];

    /// <summary>The banks that firmware measures into; null for all.</summary>
    public IReadOnlyList<AlgorithmId>? FirmwareBanks { get; init; }

    /// <summary>The banks of the agent's records; null for all.</summary>
    public IReadOnlyList<AlgorithmId>? LogBanks { get; init; }

    /// <summary>The PCRs of the agent's records.</summary>
    public PcrPlan Plan { get; init; } = PcrPlan.Default;

    /// <summary>What firmware and boot loader measure; unless it is set, an honest boot into <see cref="Hypervisor"/>.</summary>
    public IReadOnlyList<BootEvent> Firmware
    {
        get => field ?? VirtualBoot.Of(Hypervisor ?? DefaultHypervisor);
        init;
    }

    /// <summary>The boot record; its boot id is filled in. Null: the agent writes none.</summary>
    public BootContent? Agent { get; init; } = SampleLog.Boot(AlgorithmId.Sha256);

    /// <summary>The hypervisor; null: not measured.</summary>
    public HypervisorContent? Hypervisor { get; init; } = DefaultHypervisor;

    /// <summary>The policy; null: not measured.</summary>
    public PolicyContent? Policy { get; init; } = VirtualPolicies.Measure(VirtualPolicies.Banks);

    /// <summary>The policy file that the agent sends.</summary>
    public byte[]? PolicyFile { get; init; } = VirtualPolicies.Banks;

    /// <summary>The files that the kernel loads and measures, with their content; null for a kernel without IMA.</summary>
    public IReadOnlyList<(string Path, string Content)>? Ima { get; init; }

    /// <summary>The first entry of its list; null for the one that a kernel of today writes.</summary>
    public Func<ImaListWriter, IReadOnlyList<BankDigest>>? BootAggregate { get; init; }

    /// <summary>What the kernel extends for them.</summary>
    public ImaDigestStyle ImaStyle { get; init; }

    /// <summary>The VMs that are started.</summary>
    public IReadOnlyList<VmStartContent> Vms { get; init; } = [VirtualVms.Web, VirtualVms.Database];

    private static HypervisorContent DefaultHypervisor => (HypervisorContent)SampleLog.EveryType[1];
}
