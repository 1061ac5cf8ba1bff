using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>Where a quote becomes one that counts.</summary>
public static class QuoteVerifier
{
    /// <summary>
    /// Checks, in this order: the signature over exactly these bytes, by this key, with its scheme and hash; then that they are a TPMS_ATTEST with nothing left
    /// over, made by a TPM, and a quote. Nonce, selection and clock are for whoever knows what was asked.
    /// </summary>
    public static QuoteCheck Check(VerificationKey key, ReadOnlySpan<byte> attest, Signature signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (attest.Length > WireLimits.MaxAttestBytes)
        {
            return Malformed(new TpmFormatProblem(Attestation.StructureName, 0, $"has {attest.Length} bytes, {WireLimits.MaxAttestBytes} are allowed"));
        }

        switch (key.Verify(attest, signature))
        {
            case SignatureOutcome.Valid:
                break;
            case SignatureOutcome.KeyMismatch:
                return Refuse(QuoteProblemCode.KeyMismatch, "the signature is of another type than the key");
            case SignatureOutcome.AlgorithmNotAllowed:
                return Refuse(QuoteProblemCode.AlgorithmNotAllowed, "the signature's scheme or hash is not allowed for the key");
            default:
                return Refuse(QuoteProblemCode.SignatureInvalid, "the key did not sign these bytes");
        }

        if (!TpmWire.TryParse<Attestation>(attest, out var parsed, out var problem))
        {
            return Malformed(problem);
        }

        if (parsed.Magic != Attestation.GeneratedValue)
        {
            return Refuse(QuoteProblemCode.NotMadeByTpm, $"begins with 0x{parsed.Magic:x8}, not with TPM_GENERATED_VALUE");
        }

        return parsed.Body is QuoteBody
            ? new QuoteCheck(new Verified<Attestation>(parsed))
            : new QuoteCheck(new QuoteProblem(QuoteProblemCode.WrongType, $"is {parsed.Type}, not a quote", Type: parsed.Type));
    }

    private static QuoteCheck Malformed(TpmFormatProblem problem) => new(new QuoteProblem(QuoteProblemCode.Malformed, problem.ToString(), Format: problem));

    private static QuoteCheck Refuse(QuoteProblemCode code, string problem) => new(new QuoteProblem(code, problem));
}
