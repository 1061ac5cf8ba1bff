using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>A VM that runs, by the record of its start, with what was attached to it since; under the labels that a change of the policy made of those of the start.</summary>
internal sealed record RunningImage(ulong Record, VmRunContent Start, ImmutableArray<ResourceAttachContent> Attached)
{
    /// <summary>The VM as the isolation rules know it.</summary>
    public RunningVm Vm { get; } = new(Start.Uuid, Start.Name, Start.Label);

    /// <summary>What happened, as the isolation rules take it: it started, and got what it has.</summary>
    public IEnumerable<EnforcementEvent> Events =>
        [new VmStarts(Vm), .. Attached.Select(resource => new ResourceAttaches(Vm.Uuid, ResourceOf(resource)))];

    public static Resource ResourceOf(ResourceContent resource) => new(resource.Kind, resource.Name, resource.Label);

    /// <summary>How findings name it.</summary>
    public string Subject => SubjectOf(Start);

    public static string SubjectOf(VmRunContent vm) => "vm/" + vm.Name;
}
