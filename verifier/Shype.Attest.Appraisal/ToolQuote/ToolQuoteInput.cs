using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.ToolQuote;

/// <summary>A quote as the files of tpm2-tools hold it, and what was asked.</summary>
public sealed record ToolQuoteInput
{
    /// <summary>The attestation key: TPM2B_PUBLIC, TPMT_PUBLIC, or a SubjectPublicKeyInfo in PEM or DER.</summary>
    public required byte[] Key { get; init; }

    /// <summary>The bare TPMS_ATTEST.</summary>
    public required byte[] Message { get; init; }

    /// <summary>TPMT_SIGNATURE, or a plain signature.</summary>
    public required byte[] Signature { get; init; }

    /// <summary>The nonce that the quote must answer; null when nobody knows it.</summary>
    public byte[]? Nonce { get; init; }

    /// <summary>The PCR values: serialized, marshaled, or bare values.</summary>
    public byte[]? PcrFile { get; init; }

    /// <summary>The selection that was asked for, which is also that of bare values; null when nobody knows it.</summary>
    public PcrSelectionList? Asked { get; init; }

    /// <summary>The hash of a plain signature by a key that is bound to none; null for the one of the quoted digest's length.</summary>
    public AlgorithmId? PlainHash { get; init; }

    /// <summary>Takes a quote of nothing but SHA-1 banks, whose values can be forged by collisions.</summary>
    public bool UnsafeAcceptSha1Banks { get; init; }
}
