using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.ToolQuote;

/// <summary>What the files of a quote come to.</summary>
public sealed record ToolQuoteVerdict
{
    /// <summary>Every check that failed, most important first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What was not checked, or does not mean what it seems to, in the order of <see cref="ToolQuoteNote"/>.</summary>
    public required IReadOnlyList<ToolQuoteNote> Notes { get; init; }

    /// <summary>What was signed, or claims to be; null where the bytes are no TPMS_ATTEST. Believe it only with <see cref="IsVerified"/>.</summary>
    public Attestation? Attest { get; init; }

    /// <summary>The PCR values that hash to the quoted digest; null where none were given or they do not.</summary>
    public IReadOnlyDictionary<AlgorithmId, IReadOnlyDictionary<int, byte[]>>? Pcrs { get; init; }

    /// <summary>The attestation key's name; null where only its numbers are known.</summary>
    public TpmName? KeyName { get; init; }

    /// <summary>Whether every check held.</summary>
    public bool IsVerified => Findings.Count == 0;
}

/// <summary>What to know about a quote beside its verdict.</summary>
public enum ToolQuoteNote
{
    /// <summary>No nonce was given: the quote may be of any age.</summary>
    NonceNotChecked,

    /// <summary>No selection was given: which PCRs are covered is the quote's own choice.</summary>
    SelectionNotChecked,

    /// <summary>No PCR values were given: the digest may be of any values.</summary>
    PcrValuesNotChecked,

    /// <summary>The key came without a public area, so nobody knows whether it is bound to a TPM and signs only what the TPM made.</summary>
    KeyAttributesUnknown,

    /// <summary>The signature's file does not say its hash, the key neither: the one of the quoted digest's length was taken.</summary>
    PlainHashAssumed,

    /// <summary>The quote covers PCR 16 or 23, which anybody can reset: they prove nothing.</summary>
    ResettablePcrs,

    /// <summary>The quote covers a SHA-1 bank, whose values can be forged by collisions.</summary>
    Sha1Bank,

    /// <summary>The TPM says that its clock may have gone back.</summary>
    ClockNotSafe,
}
