using System.Collections.Immutable;

namespace Shype.Attest.Isolation;

/// <summary>What the policy says to an event.</summary>
/// <param name="Reason">Why it is denied.</param>
/// <param name="Say">The same for people, made when it is asked for: a log may hold very many denials, of which few are shown.</param>
public sealed record Decision(DenialReason Reason, Func<string> Say)
{
    /// <summary>The reason for people, with names.</summary>
    public string Sentence => Say();

    /// <summary>Whether it is permitted.</summary>
    public bool Permitted => Reason == DenialReason.None;

    /// <summary>The set and types of a conflict.</summary>
    public ChineseWallConflict? Conflict => Clash?.Value.Conflict;

    /// <summary>The running VM that it conflicts with.</summary>
    public RunningVm? ConflictsWith => Clash?.Value.With;

    /// <summary>The running VM that was denied a resource.</summary>
    public RunningVm? Vm { get; init; }

    /// <summary>The types that the host's own label would need.</summary>
    public ImmutableArray<string> MissingTypes { get; init; } = [];

    internal Lazy<Clash>? Clash { get; init; }
}

/// <summary>What a conflicting start meets.</summary>
internal sealed record Clash(RunningVm With, ChineseWallConflict Conflict);

/// <summary>Why an event is denied.</summary>
public enum DenialReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>The VM runs already.</summary>
    AlreadyRunning,

    /// <summary>The VM does not run.</summary>
    NotRunning,

    /// <summary>The policy has no such VM label.</summary>
    UnknownLabel,

    /// <summary>A type of a conflict set is running of which the VM has another.</summary>
    ConflictSet,

    /// <summary>The host's own label does not hold every type of the VM, or they share none.</summary>
    NotAuthorised,

    /// <summary>The VM and the resource, or the VM at the other end, have no type in common, or one of their labels is unknown.</summary>
    ResourceDenied,

    /// <summary>The VM does not have the resource.</summary>
    NotAttached,
}
