namespace Shype.Attest.Isolation.Acm;

/// <summary>A policy file that has been read: the policy or why it is refused, and where the reader was lenient.</summary>
public sealed record AcmDocument
{
    /// <summary>The policy; null where the file is refused.</summary>
    public AcmPolicy? Policy { get; init; }

    /// <summary>Why it is refused, in the order of the file.</summary>
    public required IReadOnlyList<PolicyProblem> Problems { get; init; }

    /// <summary>Each place that was read as Xen's old tools read it and is refused otherwise; only where that was allowed.</summary>
    public required IReadOnlyList<PolicyProblem> LegacyReadings { get; init; }

    /// <summary>What is allowed and unwise in an accepted policy, in the order of the file.</summary>
    public IReadOnlyList<PolicyAdvice> Advice { get; init; } = [];
}

/// <summary>What is allowed and unwise in a policy, or good to know about it.</summary>
/// <param name="Severity">Whether something should change.</param>
/// <param name="Line">Line in the file, from 1; 0 where the whole file is meant.</param>
/// <param name="Column">Column in the line, from 1; 0 where the whole file is meant.</param>
/// <param name="Code">Which rule.</param>
/// <param name="Message">One sentence: what it is and what follows from it.</param>
public sealed record PolicyAdvice(PolicyAdviceSeverity Severity, int Line, int Column, PolicyAdviceCode Code, string Message);

/// <summary>How much a <see cref="PolicyAdvice"/> weighs.</summary>
public enum PolicyAdviceSeverity
{
    /// <summary>Good to know; may well be meant.</summary>
    Note,

    /// <summary>Hardly meant: something cannot work, or is not kept apart.</summary>
    Warning,
}

/// <summary>The rules of <c>shype policy check</c> beyond those that a reader refuses for.</summary>
public enum PolicyAdviceCode
{
    /// <summary>No Type Enforcement: everything may be shared.</summary>
    NoTypeEnforcement,

    /// <summary>No conflict sets: everything may run together.</summary>
    NoConflictSets,

    /// <summary>A declared type that no label holds.</summary>
    UnusedType,

    /// <summary>A conflict set of which labels hold fewer than two types.</summary>
    IdleConflictSet,

    /// <summary>A VM label without a Type Enforcement type: it shares with nobody and cannot be started.</summary>
    LabelWithoutTypes,

    /// <summary>A type of a VM label that the bootstrap label does not hold: the host is not authorised to run it.</summary>
    BootstrapLacksType,

    /// <summary>A resource label that no VM label but the bootstrap may use.</summary>
    UnusedResourceLabel,

    /// <summary>The label for what has no label is not in a conflict set.</summary>
    UnlabeledOutsideConflictSet,

    /// <summary>Resources without a label count as another type here than to the hypervisor.</summary>
    UnlabeledResourceDiffers,

    /// <summary>A VM label with more than one Type Enforcement type.</summary>
    Mediator,

    /// <summary>The policy that it replaces has the same name and no lower version.</summary>
    VersionNotUp,

    /// <summary>Its binary form is larger than xend reads.</summary>
    TooLargeForXend,
}
