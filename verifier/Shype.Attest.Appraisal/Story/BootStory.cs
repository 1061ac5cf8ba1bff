using System.Collections.Immutable;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>
/// What a proven log tells about one boot, folded record by record: enough to judge the present, and what the past keeps showing. Never changes: reading more
/// makes another.
/// </summary>
internal sealed record BootStory
{
    /// <summary>Before the first record.</summary>
    public static BootStory Empty { get; } = new();

    public string? BootId { get; init; }

    /// <summary>The agent that began the log; another one later is a fact that fails the host.</summary>
    public Recorded<BootContent>? Agent { get; init; }

    public Recorded<HypervisorContent>? Hypervisor { get; init; }

    /// <summary>The policy in force.</summary>
    public Recorded<PolicyStateContent>? Policy { get; init; }

    /// <summary>Meanings of the policies that were in force before it.</summary>
    public ImmutableHashSet<MeasuredDigest> EarlierPolicies { get; init; } = [];

    public ImmutableSortedDictionary<Guid, RunningImage> Running { get; init; } = ImmutableSortedDictionary<Guid, RunningImage>.Empty;

    /// <summary>Findings that single records show and later ones cannot take back.</summary>
    public ImmutableArray<Finding> Facts { get; init; } = [];

    /// <summary>The first event that the policy in force did not admit, in one sentence.</summary>
    public Recorded<string>? Violation { get; init; }

    /// <summary>The first starts that a conflict set forbids.</summary>
    public ImmutableArray<PastConflict> Conflicts { get; init; } = [];

    /// <summary>The records that demands are answered from.</summary>
    public BootPast Past { get; init; } = BootPast.Empty;

    /// <summary>Whether something started that no policy could be asked about.</summary>
    public bool Unjudged { get; init; }

    /// <summary>The policy in force, parsed, and what it makes of the running VMs. Not stored: it follows from the rest.</summary>
    public JudgedPolicy? Judged { get; init; }
}
