namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>How much of an event's data its digest proves.</summary>
public enum CoverageExtent
{
    /// <summary>None of it: the digest is of something else, or the data was changed.</summary>
    Nothing,

    /// <summary>A part.</summary>
    Part,

    /// <summary>All of it.</summary>
    Whole,
}

/// <summary>What of an event's data a digest proves, found by hashing it again. Only what is covered may ever become a claim.</summary>
/// <param name="Extent">How much.</param>
/// <param name="Part">Which part, where it is one.</param>
public readonly record struct DigestCoverage(CoverageExtent Extent, string? Part = null)
{
    /// <summary>Nothing.</summary>
    public static DigestCoverage Nothing => default;

    /// <summary>Everything.</summary>
    public static DigestCoverage Whole => new(CoverageExtent.Whole);

    /// <summary>Whether anything is proven.</summary>
    public bool IsAny => Extent != CoverageExtent.Nothing;

    /// <summary>A part, in words.</summary>
    public static DigestCoverage Only(string part) => new(CoverageExtent.Part, part);

    /// <inheritdoc/>
    public override string ToString() => Extent switch
    {
        CoverageExtent.Whole => "whole",
        CoverageExtent.Part => $"part: {Part}",
        _ => "nothing",
    };
}
