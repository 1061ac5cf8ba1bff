using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal;

/// <summary>What a proven log says runs on a host, to be shown to people.</summary>
/// <param name="BootId">Which boot.</param>
/// <param name="Agent">The agent that keeps the log.</param>
/// <param name="Hypervisor">The hypervisor.</param>
/// <param name="Policy">The isolation policy in force.</param>
/// <param name="Vms">The VMs that run, each with the number of the record of its start.</param>
public sealed record ProvenBoot(
    string? BootId, BootContent? Agent, HypervisorContent? Hypervisor, PolicyStateContent? Policy, IReadOnlyList<(ulong Record, VmRunContent Start)> Vms)
{
    internal static ProvenBoot Of(BootStory story) => new(
        story.BootId, story.Agent?.Value, story.Hypervisor?.Value, story.Policy?.Value, [.. story.Running.Values.Select(image => (image.Record, image.Start))]);
}
