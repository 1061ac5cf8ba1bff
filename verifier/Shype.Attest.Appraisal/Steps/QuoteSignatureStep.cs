using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Did the enrolled key sign exactly these bytes, and are they a quote that a TPM made (rules Q1 to Q4)?</summary>
internal static class QuoteSignatureStep
{
    public static SignedQuote? Check(Evidence evidence, AppraisalContext context, List<Finding> findings)
    {
        if (!evidence.AkName.Span.SequenceEqual(context.AkName.Bytes.Span))
        {
            findings.Add(new(FindingCode.QuoteSignerMismatch, "quote", Expected: context.AkName.ToString(), Found: Convert.ToHexStringLower(evidence.AkName.Span)));
        }

        if (!TpmWire.TryParse<Signature>(evidence.QuoteSignature.Span, out var signature, out var malformed))
        {
            findings.Add(new(FindingCode.QuoteSignatureMalformed, "signature", Detail: malformed.ToString()));
            return null;
        }

        var check = QuoteVerifier.Check(context.AkKey, evidence.QuoteAttest.Span, signature);
        if (!check.IsVerified)
        {
            findings.Add(ToFinding(check.Problem, context.AkKey, signature));
            return null;
        }

        return new(check.Quote, HashOf(signature));
    }

    // Only these two kinds verify.
    private static AlgorithmId HashOf(Signature signature) => signature is RsaSignature rsa ? rsa.Hash : ((EcdsaSignature)signature).Hash;

    private static Finding ToFinding(QuoteProblem problem, VerificationKey key, Signature signature) => problem.Code switch
    {
        QuoteProblemCode.KeyMismatch => new(FindingCode.QuoteKeyMismatch, "quote", Expected: key.KeyType.ToString(), Found: signature.Scheme.ToString(),
            Detail: $"the key is {key.KeyType}, the signature {signature.Scheme}"),
        QuoteProblemCode.AlgorithmNotAllowed => new(FindingCode.QuoteAlgorithmNotAllowed, "quote",
            Expected: key.FixedScheme is { } scheme ? $"{scheme} with {key.FixedHash?.ToText()}" : null, Found: NameOf(signature),
            Detail: NameOf(signature)),
        QuoteProblemCode.Malformed => new(FindingCode.QuoteMalformed, "quote", Detail: problem.Problem),
        QuoteProblemCode.NotMadeByTpm => new(FindingCode.QuoteNotMadeByTpm, "quote", Detail: problem.Problem),
        QuoteProblemCode.WrongType => new(FindingCode.QuoteWrongType, "quote", Expected: nameof(StructureTag.AttestQuote), Found: problem.Type?.ToString()),
        _ => new(FindingCode.QuoteSignatureInvalid, "quote"),
    };

    private static string NameOf(Signature signature) => signature switch
    {
        RsaSignature rsa => $"{rsa.Scheme} with {rsa.Hash.ToText()}",
        EcdsaSignature ecdsa => $"{ecdsa.Scheme} with {ecdsa.Hash.ToText()}",
        _ => signature.Scheme.ToString(),
    };
}
