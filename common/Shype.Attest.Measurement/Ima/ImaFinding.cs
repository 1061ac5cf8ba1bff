namespace Shype.Attest.Measurement.Ima;

/// <summary>Something that an IMA list shows. What it means for trust is the verifier's policy to say.</summary>
public enum ImaFindingCode
{
    /// <summary>The bytes of an entry are not those of one; nothing behind it is read.</summary>
    Malformed,

    /// <summary>The list ends in the head of an entry, as one does that was cut while it was copied.</summary>
    Truncated,

    /// <summary>The list's hash column is not the SHA-1 of the entry's content: the list was edited.</summary>
    TemplateHashMismatch,

    /// <summary>The kernel could not say what was read. Nothing of such an entry is proven, not its name either.</summary>
    Violation,

    /// <summary>A template whose fields are not known here: hashed, and not read.</summary>
    UnknownTemplate,

    /// <summary>The digest of a file by a hash that is not known here.</summary>
    UnknownAlgorithm,

    /// <summary>The list says that the entry was extended into another PCR than IMA's.</summary>
    OtherPcr,

    /// <summary>The list does not begin with a boot_aggregate.</summary>
    BootAggregateMissing,

    /// <summary>The boot_aggregate is not that of the PCRs: a list of another boot or host.</summary>
    BootAggregateMismatch,

    /// <summary>The PCRs that the boot_aggregate is made of are not known.</summary>
    BootAggregateNotChecked,

    /// <summary>A buffer does not hash to the digest beside it.</summary>
    BufferMismatch,

    /// <summary>A signature cannot be read.</summary>
    SignatureMalformed,

    /// <summary>A signature does not verify.</summary>
    SignatureInvalid,

    /// <summary>A signature is by a key that was not given.</summary>
    SignatureKeyUnknown,

    /// <summary>A signature that cannot be checked here: by another hash than that of the digest, or of a kind that is not known.</summary>
    SignatureNotChecked,

    /// <summary>A file that must be signed is not.</summary>
    SignatureMissing,

    /// <summary>A file that is denied.</summary>
    FileDenied,

    /// <summary>A file that is allowed with another digest.</summary>
    FileChanged,

    /// <summary>A file that no rule names.</summary>
    FileUnknown,

    /// <summary>The list does not reach the quoted value: it lacks entries, or was edited.</summary>
    QuoteNotReached,

    /// <summary>Entries behind the quoted value: not yet quoted, and no claim.</summary>
    NotYetQuoted,
}

/// <summary>One finding.</summary>
/// <param name="Code">What was found.</param>
/// <param name="Entry">The entry; null when it is about the list.</param>
/// <param name="Name">The entry's name; null when it is about the list.</param>
/// <param name="Detail">What was found, in words.</param>
/// <param name="Expected">What should have been there.</param>
/// <param name="Found">What was there.</param>
public sealed record ImaFinding(ImaFindingCode Code, int? Entry, string? Name, string Detail, string? Expected = null, string? Found = null);
