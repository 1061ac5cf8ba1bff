using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.References;

/// <summary>A host as it was proven to run, as a proposal of reference values: an operator decides whether that is good.</summary>
public static class MeasuredReferences
{
    /// <summary>What the proven log of this boot says; null where none was proven.</summary>
    public static ReferenceDocument? Of(HostMemory memory, string hostName)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return memory.Boot?.Story is { Hypervisor: { } hypervisor } story
            ? new()
            {
                Format = ReferenceSet.Format,
                Description = $"captured from {hostName}, boot {story.BootId}",
                Hypervisors = [Of(hypervisor.Value)],
                Agents = story.Agent is { } agent ? [new() { Name = $"shype-agent of {hostName}", Digest = agent.Value.AgentDigest }] : [],
                Policies = story.Policy?.Value is { CanonicalDigest: { } digest } policy
                    ? [new() { Name = $"{policy.Name} {policy.Version}".Trim() is { Length: > 0 } name ? name : policy.Module, CanonicalDigest = digest }]
                    : [],
                FlaskPolicies = story.Policy?.Value is { Module: ModuleInForce.Flask, ActiveDigest: { } file }
                    ? [new() { Name = $"FLASK policy of {hostName}", FileDigest = file }]
                    : [],
                Vms = [.. story.Running.Values.Select(Of)],
            }
            : null;
    }

    /// <summary>Whether a finding of the last verdict forbids to offer what was measured: everything does that references could not answer.</summary>
    public static bool Forbids(ResultFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return !FindingCatalogue.TryFind(finding.Code, out var kind)
            || kind.Code == FindingCode.NotEvaluated
            || (kind.Severity == FindingSeverity.Failure && !AnsweredByReferences.Contains(kind.Code));
    }

    private static HypervisorReference Of(HypervisorContent hypervisor) => new()
    {
        Name = $"{hypervisor.Kind} {hypervisor.Version}".Trim(),
        Kind = hypervisor.Kind,
        Image = hypervisor.ImageDigest,
        BuildId = hypervisor.BuildId,
        CommandLine = hypervisor.CommandLine,
        Modules = [.. hypervisor.Modules.Select(module => new ModuleReference { Name = module.Name, Digest = module.Digest, CommandLine = module.CommandLine })],
    };

    private static VmReference Of(RunningImage image) => new()
    {
        Name = image.Start.Name,
        Uuid = image.Start.Uuid,
        Label = image.Start.Label,
        Config = image.Start.ConfigDigest,
        Kernel = image.Start.KernelDigest,
        Initrd = image.Start.InitrdDigest,
        Firmware = image.Start.FirmwareDigest,
        Disks =
        [
            .. image.Start.Disks.Select(disk => new DiskReference { Name = disk.Name, Digest = disk.Digest }),
            .. image.Attached.Where(resource => resource.Kind == "disk").Select(disk => new DiskReference { Name = disk.Name, Digest = disk.Digest }),
        ],
        MayBeMutable = image.Start.Mutable,
    };

    private static readonly HashSet<FindingCode> AnsweredByReferences =
    [
        FindingCode.HypervisorUnknown, FindingCode.HypervisorCommandLineUnknown, FindingCode.PolicyUnknown, FindingCode.VmNotReferenced, FindingCode.VmImageUnknown,
        FindingCode.VmImageMissing, FindingCode.VmImageMutable, FindingCode.VmLabelUnexpected, FindingCode.ReferenceExpired, FindingCode.ReferenceNotYetValid,
        FindingCode.ReferenceRevoked, FindingCode.PcrNotReferenced,
    ];
}
