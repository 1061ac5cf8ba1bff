using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>A VM that runs, by the record of its start, with what was attached to it since.</summary>
internal sealed record RunningImage(ulong Record, VmRunContent Start, ImmutableArray<ResourceAttachContent> Attached)
{
    /// <summary>The VM as the isolation rules know it.</summary>
    public RunningVm Vm { get; } = new(Start.Uuid, Start.Name, Start.Label);

    /// <summary>How findings name it.</summary>
    public string Subject => SubjectOf(Start);

    public static string SubjectOf(VmRunContent vm) => "vm/" + vm.Name;
}
