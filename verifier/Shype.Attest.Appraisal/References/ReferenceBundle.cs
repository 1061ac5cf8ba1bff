namespace Shype.Attest.Appraisal.References;

/// <summary>A named set of reference values: who says so, until when, in which version.</summary>
public sealed record ReferenceBundle
{
    /// <summary>The name of the set that operators write by hand.</summary>
    public const string Operators = "operator";

    /// <summary>The name; it is the CoRIM's id.</summary>
    public required string Name { get; init; }

    /// <summary>Its version: of two with one name the higher one counts.</summary>
    public required long Sequence { get; init; }

    /// <summary>Who made it and from what, in their own words.</summary>
    public required string Origin { get; init; }

    /// <summary>The first second in which it counts; null: always.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The last second in which it counts; null: for ever.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>The key that signed it; null where an operator set it.</summary>
    public ReferenceSigner? Signer { get; init; }

    /// <summary>Why it does not count any more, whatever its validity; null while it does.</summary>
    public string? RevokedBecause { get; init; }

    /// <summary>What it calls good.</summary>
    public required ReferenceSet Content { get; init; }

    /// <summary>The operators' own values as such a set.</summary>
    public static ReferenceBundle OfOperators(long version, ReferenceSet own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return new() { Name = Operators, Sequence = version, Origin = own.Document.Description ?? "set by an operator", Content = own };
    }

    /// <summary>Whether it counts at a time.</summary>
    public BundleStanding StandingAt(DateTimeOffset now) =>
        RevokedBecause is not null ? BundleStanding.Revoked
        : now < NotBefore ? BundleStanding.NotYetValid
        : now >= End ? BundleStanding.Expired
        : BundleStanding.InForce;

    /// <summary>The times at which its standing changes.</summary>
    internal IEnumerable<DateTimeOffset> Edges => new[] { NotBefore, End }.OfType<DateTimeOffset>();

    // Validity is told in seconds, and the last one counts whole (RFC 5280 4.1.2.5).
    private DateTimeOffset? End => NotAfter is { } last ? last < LastEdge ? last.AddSeconds(1) : last : null;

    private static readonly DateTimeOffset LastEdge = DateTimeOffset.MaxValue.AddSeconds(-1);
}

/// <summary>Whether a bundle counts.</summary>
public enum BundleStanding
{
    /// <summary>It counts.</summary>
    InForce,

    /// <summary>Its time has not come.</summary>
    NotYetValid,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It was removed, or its signer was.</summary>
    Revoked,
}
