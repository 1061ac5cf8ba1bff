using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.ToolQuote;

/// <summary>
/// Judges a quote from files that anybody's tools wrote. The steps, in order: the key is one that can be believed (K1); the signature is over exactly these
/// bytes, by this key, with its scheme (Q1 to Q3); a TPM made them, they are a quote, and answer the nonce (Q4); the selection is well-formed and as asked
/// (Q5); the PCR values hash to the quoted digest (Q5, Q17).
/// </summary>
/// <remarks>
/// Every check that can be made is made, also on a statement whose signature does not verify: there a further finding tells what was changed. It can only
/// add to the refusal, since nothing is verified while one finding stands.
/// </remarks>
public static class ToolQuoteAppraiser
{
    /// <summary>Judges a quote.</summary>
    public static ToolQuoteVerdict Appraise(ToolQuoteInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var findings = new List<Finding>();
        var key = ReadKey(input, findings);
        using var imported = key?.Key;
        var attest = ReadAttest(input, findings);
        var signature = ReadSignature(input, imported, PlainHash(input, attest), findings);
        if (imported is not null && signature is not null)
        {
            CheckSignature(imported, input.Message, signature, findings);
        }

        PcrReading? pcrs = null;
        if (attest is not null)
        {
            CheckOrigin(attest, input, findings);
            if (attest.Body is QuoteBody quote)
            {
                findings.AddRange(SelectionRules.Check(quote.Selections, input.Asked, input.UnsafeAcceptSha1Banks));
                pcrs = PcrReading.Check(quote, input, SignatureHash(signature), findings);
            }
        }

        return new ToolQuoteVerdict
        {
            Findings = Finding.InOrder(findings),
            Notes = [.. Notes(input, key, attest)],
            Attest = attest,
            Pcrs = pcrs?.Values,
            KeyName = key?.Area is { } area && area.NameAlgorithm.IsHash() ? TpmName.Of(area) : null,
        };
    }

    private static ToolPublicKey? ReadKey(ToolQuoteInput input, List<Finding> findings)
    {
        // The public area is judged on its own, so that a key with two faults shows both.
        if (ToolPublicKey.TryReadArea(input.Key, out var area, out _))
        {
            AkStep.CheckArea(area, findings);
        }

        if (ToolPublicKey.TryRead(input.Key, out var key, out var problem))
        {
            return key;
        }

        findings.Add(new Finding(FindingCode.AkMalformed, AkStep.Subject, Detail: problem.Problem));
        return null;
    }

    private static Signature? ReadSignature(ToolQuoteInput input, VerificationKey? key, AlgorithmId plainHash, List<Finding> findings)
    {
        if (ToolSignature.TryRead(input.Signature, out var signature, out var problem))
        {
            return signature;
        }

        if (!MayBePlain(input.Signature))
        {
            findings.Add(new Finding(FindingCode.QuoteSignatureMalformed, "signature", Detail: problem.Problem));
            return null;
        }

        // Without a key there is nothing to read a plain signature by, and the key's own finding says so.
        if (key is null || ToolSignature.TryReadPlain(input.Signature, key, plainHash, out signature, out problem))
        {
            return Rescued(input.Message, key, signature);
        }

        findings.Add(new Finding(FindingCode.QuoteSignatureMalformed, "signature", Detail: problem.Problem));
        return null;
    }

    // Plain files have no head to be known by: the DER of two numbers begins with a SEQUENCE, a bare RSA block is as long as a modulus.
    private static bool MayBePlain(ReadOnlySpan<byte> signature) => signature is [0x30, ..] || signature.Length is 256 or 384 or 512;

    // The PCR digest is made with the signature's hash, so its length tells which one that was.
    private static AlgorithmId PlainHash(ToolQuoteInput input, Attestation? attest) => input.PlainHash ?? (attest?.Body as QuoteBody)?.PcrDigest.Length switch
    {
        48 => AlgorithmId.Sha384,
        64 => AlgorithmId.Sha512,
        _ => AlgorithmId.Sha256,
    };

    // A bare RSA block by a bare key says no scheme either: PSS where that, and not PKCS#1, verifies.
    private static Signature? Rescued(ReadOnlySpan<byte> message, VerificationKey? key, Signature? signature) =>
        key is { FixedScheme: null }
        && signature is RsaSignature { Scheme: AlgorithmId.RsaSsa } rsa
        && rsa with { Scheme = AlgorithmId.RsaPss } is var pss
        && key.Verify(message, pss) == SignatureOutcome.Valid
            ? pss
            : signature;

    private static Attestation? ReadAttest(ToolQuoteInput input, List<Finding> findings)
    {
        if (input.Message.Length <= WireLimits.MaxAttestBytes)
        {
            if (TpmWire.TryParse<Attestation>(input.Message, out var attest, out var problem))
            {
                return attest;
            }

            findings.Add(new Finding(FindingCode.QuoteMalformed, Subject, Detail: problem.ToString()));
            return null;
        }

        var limit = $"{input.Message.Length} bytes, {WireLimits.MaxAttestBytes} are allowed ({nameof(WireLimits.MaxAttestBytes)})";
        findings.Add(new Finding(FindingCode.QuoteMalformed, Subject, Detail: limit));
        return null;
    }

    private static void CheckSignature(VerificationKey key, ReadOnlySpan<byte> message, Signature signature, List<Finding> findings)
    {
        var finding = key.Verify(message, signature) switch
        {
            SignatureOutcome.Valid => null,
            SignatureOutcome.KeyMismatch => new Finding(
                FindingCode.QuoteKeyMismatch, Subject, Detail: $"the signature is {Name(signature.Scheme)}, the key is {Name(key.KeyType)}"),
            SignatureOutcome.AlgorithmNotAllowed => new Finding(
                FindingCode.QuoteAlgorithmNotAllowed, Subject, Expected: Allowed(key), Found: Used(signature), Detail: $"{Used(signature)}, the key allows {Allowed(key)}"),
            _ => new Finding(FindingCode.QuoteSignatureInvalid, Subject),
        };
        if (finding is not null)
        {
            findings.Add(finding);
        }
    }

    private static void CheckOrigin(Attestation attest, ToolQuoteInput input, List<Finding> findings)
    {
        if (attest.Magic != Attestation.GeneratedValue)
        {
            findings.Add(new Finding(FindingCode.QuoteNotMadeByTpm, Subject, Expected: $"{Attestation.GeneratedValue:x8}", Found: $"{attest.Magic:x8}"));
        }

        if (attest.Body is not QuoteBody)
        {
            findings.Add(new Finding(FindingCode.QuoteWrongType, Subject, Expected: TagName(StructureTag.AttestQuote), Found: TagName(attest.Type)));
        }

        // Lengths are no secret; of equal ones nothing tells how far they agree.
        if (input.Nonce is { } nonce && !CryptographicOperations.FixedTimeEquals(nonce, attest.ExtraData))
        {
            var (expected, found) = (Convert.ToHexStringLower(nonce), Convert.ToHexStringLower(attest.ExtraData));
            findings.Add(new Finding(FindingCode.NonceMismatch, Subject, Expected: expected, Found: found));
        }
    }

    private static IEnumerable<ToolQuoteNote> Notes(ToolQuoteInput input, ToolPublicKey? key, Attestation? attest)
    {
        if (input.Nonce is null)
        {
            yield return ToolQuoteNote.NonceNotChecked;
        }

        if (input.Asked is null)
        {
            yield return ToolQuoteNote.SelectionNotChecked;
        }

        if (input.PcrFile is null)
        {
            yield return ToolQuoteNote.PcrValuesNotChecked;
        }

        if (key is { Area: null })
        {
            yield return ToolQuoteNote.KeyAttributesUnknown;
        }

        if (key is { Key.FixedHash: null } && input.PlainHash is null && !ToolSignature.TryRead(input.Signature, out _, out _))
        {
            yield return ToolQuoteNote.PlainHashAssumed;
        }

        if (attest?.Body is QuoteBody quote)
        {
            if (quote.Selections.Selections.Any(selection => selection.Has(16) || selection.Has(23)))
            {
                yield return ToolQuoteNote.ResettablePcrs;
            }

            if (quote.Selections.Selections.Any(selection => selection is { Bank: AlgorithmId.Sha1, Count: > 0 }))
            {
                yield return ToolQuoteNote.Sha1Bank;
            }
        }

        if (attest is { Clock.Safe: false })
        {
            yield return ToolQuoteNote.ClockNotSafe;
        }
    }

    private static AlgorithmId? SignatureHash(Signature? signature) => signature switch
    {
        RsaSignature rsa => rsa.Hash,
        EcdsaSignature ecdsa => ecdsa.Hash,
        _ => null,
    };

    private static string Used(Signature signature) =>
        SignatureHash(signature) is { } hash ? $"{Name(signature.Scheme)} with {hash.ToText()}" : Name(signature.Scheme);

    private static string Allowed(VerificationKey key) => key is { FixedScheme: { } scheme, FixedHash: { } hash }
        ? $"{Name(scheme)} with {hash.ToText()}"
        : "sha256, sha384 or sha512";

    private static string TagName(StructureTag tag) => "TPM_ST_" + JsonNamingPolicy.SnakeCaseUpper.ConvertName(tag.ToString());

    private static string Name(AlgorithmId algorithm) => Enum.IsDefined(algorithm) ? algorithm.ToString() : algorithm.ToText();

    private const string Subject = "quote";
}
