namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>What a CoRIM says, as far as this verifier can use it.</summary>
public sealed record CorimDocument
{
    /// <summary>Its id (corim-map, 0): the name of the bundle.</summary>
    public required string Id { get; init; }

    /// <summary>The highest version of its tags (tag-identity-map, 1).</summary>
    public required long Sequence { get; init; }

    /// <summary>Who stands behind it (entity-name), in their own words.</summary>
    public required string Origin { get; init; }

    /// <summary>Its profile; null where it has none.</summary>
    public string? Profile { get; init; }

    /// <summary>From when (rim-validity, 0).</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Until when (rim-validity, 1).</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>The values.</summary>
    public required ReferenceDocument Content { get; init; }

    /// <summary>Triples and tags of kinds that it has and this verifier has no use for, such as attestation keys, which enrolment settles.</summary>
    public required int Unused { get; init; }
}

/// <summary>The profiles whose rules this verifier knows; another one refuses the whole CoRIM (draft-ietf-rats-corim 4.1.3).</summary>
internal static class CorimProfiles
{
    /// <summary>Our own: a reference document in a raw value, PCRs in integrity registers (docs/references.md).</summary>
    public const string Own = "tag:shype.dev,2026:references/1";

    /// <summary>Parsec's for TPMs: an unsigned mkey is a PCR.</summary>
    public const string ParsecTpm = "tag:github.com/parallaxsecond,2023-03-03:tpm";
}
