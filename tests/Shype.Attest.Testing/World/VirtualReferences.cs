using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Testing.World;

/// <summary>References that call good what a <see cref="HostSpec"/> is by default.</summary>
public static class VirtualReferences
{
    /// <summary>The document.</summary>
    public static ReferenceDocument Document { get; } = new()
    {
        Format = 1,
        Hypervisors = [Of(new HostSpec().Hypervisor!)],
        Agents = [new() { Name = "the agent of the tests", Digest = new HostSpec().Agent!.AgentDigest }],
        Policies = [Of(VirtualPolicies.Banks)],
        Vms = [Of(VirtualVms.Web), Of(VirtualVms.Database), Of(VirtualVms.BankA), Of(VirtualVms.BankB)],
    };

    /// <summary>The set.</summary>
    public static ReferenceSet Set { get; } = With(document => document);

    /// <summary>A set of a changed document.</summary>
    public static ReferenceSet With(Func<ReferenceDocument, ReferenceDocument> change) =>
        ReferenceSet.TryCreate(change(Document), out var set, out var problem) ? set : throw new ArgumentException(problem.ToString(), nameof(change));

    /// <summary>A reference for a hypervisor.</summary>
    public static HypervisorReference Of(HypervisorContent hypervisor) => new()
    {
        Name = "the hypervisor of the tests",
        Kind = hypervisor.Kind,
        Image = hypervisor.ImageDigest,
        BuildId = hypervisor.BuildId,
        CommandLine = hypervisor.CommandLine,
        Modules = [.. hypervisor.Modules.Select(module => new ModuleReference { Name = module.Name, Digest = module.Digest, CommandLine = module.CommandLine })],
    };

    /// <summary>A reference for a policy.</summary>
    public static PolicyReference Of(byte[] policy) => new() { Name = VirtualPolicies.Parse(policy).ToString(), CanonicalDigest = VirtualPolicies.Canonical(policy) };

    /// <summary>A reference for a VM.</summary>
    public static VmReference Of(VmRunContent vm) => new()
    {
        Name = vm.Name,
        Uuid = vm.Uuid,
        Label = vm.Label,
        Config = vm.ConfigDigest,
        Kernel = vm.KernelDigest,
        Initrd = vm.InitrdDigest,
        Firmware = vm.FirmwareDigest,
        Disks = [.. vm.Disks.Select(disk => new DiskReference { Name = disk.Name, Digest = disk.Digest })],
    };
}
