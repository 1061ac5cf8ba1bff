using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Files;

/// <summary>A signature in one of the formats of tpm2-tools: tss (TPMT_SIGNATURE) or plain (the bare RSA block, or the DER of ECDSA's two numbers).</summary>
public static class ToolSignature
{
    /// <summary>Reads a TPMT_SIGNATURE.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out Signature? signature, [NotNullWhen(false)] out FileProblem? problem)
    {
        problem = TpmWire.TryParse(file, out signature, out var format) ? null : new FileProblem(format.ToString());
        return problem is null;
    }

    /// <summary>
    /// Reads a plain signature, which says neither scheme nor hash: they are the key's where it is bound to some; otherwise RSASSA or ECDSA with
    /// <paramref name="hash"/>.
    /// </summary>
    public static bool TryReadPlain(
        ReadOnlySpan<byte> file,
        VerificationKey key,
        AlgorithmId hash,
        [NotNullWhen(true)] out Signature? signature,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(key);
        signature = null;
        problem = null;
        hash = key.FixedHash ?? hash;
        if (key.KeyType == AlgorithmId.Rsa)
        {
            if (file.Length > WireLimits.MaxRsaBytes)
            {
                problem = new FileProblem($"has {file.Length} bytes; an RSA signature has at most {WireLimits.MaxRsaBytes}");
                return false;
            }

            signature = new RsaSignature(key.FixedScheme ?? AlgorithmId.RsaSsa, hash, file.ToArray());
            return true;
        }

        return TryReadDer(file, hash, out signature, out problem);
    }

    // Ecdsa-Sig-Value (RFC 3279, 2.2.3).
    private static bool TryReadDer(
        ReadOnlySpan<byte> file,
        AlgorithmId hash,
        [NotNullWhen(true)] out Signature? signature,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        signature = null;
        problem = null;
        try
        {
            var outer = new AsnReader(file.ToArray(), AsnEncodingRules.DER);
            var numbers = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var r = numbers.ReadIntegerBytes().Span;
            var s = numbers.ReadIntegerBytes().Span;
            numbers.ThrowIfNotEmpty();
            if (r[0] < 0x80 && s[0] < 0x80 && r.Length <= WireLimits.MaxEccBytes + 1 && s.Length <= WireLimits.MaxEccBytes + 1)
            {
                signature = new EcdsaSignature(hash, r.TrimStart((byte)0).ToArray(), s.TrimStart((byte)0).ToArray());
                return true;
            }
        }
        catch (AsnContentException)
        {
            // Told below.
        }

        problem = new FileProblem("is not the DER of two positive numbers");
        return false;
    }
}
