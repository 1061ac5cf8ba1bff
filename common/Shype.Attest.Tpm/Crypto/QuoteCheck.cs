using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>Why bytes are not a quote by a key.</summary>
public enum QuoteProblemCode
{
    /// <summary>The key did not sign these bytes.</summary>
    SignatureInvalid,

    /// <summary>The signature is of another type than the key.</summary>
    KeyMismatch,

    /// <summary>A scheme or hash that is weak, unknown, or not the key's.</summary>
    AlgorithmNotAllowed,

    /// <summary>Signed, but not a TPMS_ATTEST.</summary>
    Malformed,

    /// <summary>Signed, but without TPM_GENERATED_VALUE: somebody else's words.</summary>
    NotMadeByTpm,

    /// <summary>Signed by the TPM, but about something else.</summary>
    WrongType,
}

/// <summary>Why bytes are not a quote by a key.</summary>
/// <param name="Code">The kind of problem.</param>
/// <param name="Problem">What is wrong, for a person; no full stop.</param>
/// <param name="Format">The member and byte, where it is malformed.</param>
/// <param name="Type">What it is instead, where it is of another type.</param>
public sealed record QuoteProblem(QuoteProblemCode Code, string Problem, TpmFormatProblem? Format = null, StructureTag? Type = null);

/// <summary>A quote that was verified, or why not.</summary>
public sealed class QuoteCheck
{
    internal QuoteCheck(Verified<Attestation> quote) => Quote = quote;

    internal QuoteCheck(QuoteProblem problem) => Problem = problem;

    /// <summary>Whether there is a quote.</summary>
    [MemberNotNullWhen(true, nameof(Quote))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsVerified => Quote is not null;

    /// <summary>The quote: its type is TPM_ST_ATTEST_QUOTE and its body a <see cref="QuoteBody"/>.</summary>
    public Verified<Attestation>? Quote { get; }

    /// <summary>Why there is none.</summary>
    public QuoteProblem? Problem { get; }
}
