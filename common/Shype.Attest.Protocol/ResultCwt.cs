using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text;
using Shype.Attest.Protocol.Cbor;

namespace Shype.Attest.Protocol;

/// <summary>
/// Results as CWT (RFC 8392): a tagged COSE_Sign1 (RFC 9052 4.2), ES256 and nothing else, under a key that the reader already trusts. All headers are protected.
/// </summary>
public static class ResultCwt
{
    /// <summary>Signs a result.</summary>
    public static byte[] Sign(ECDsa key, string keyId, AttestationResult result, EarProfile profile)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(result);
        var headers = new CoseHeaderMap
        {
            { CoseHeaderLabel.KeyIdentifier, CoseHeaderValue.FromBytes(Encoding.UTF8.GetBytes(keyId)) },
            { new CoseHeaderLabel(TypeLabel), CoseHeaderValue.FromString(MediaTypes.EatCwt) },
        };
        return CoseSign1Message.SignEmbedded(EarCbor.Write(result, profile), new CoseSigner(key, HashAlgorithmName.SHA256, headers));
    }

    /// <summary>Checks a token as <see cref="ResultToken.TryVerify"/> does: a result comes out only when all of it holds.</summary>
    public static bool TryVerify(
        ReadOnlyMemory<byte> token, JsonWebKeySet trusted, TokenExpectation expected,
        [NotNullWhen(true)] out AttestationResult? result, [NotNullWhen(false)] out TokenProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(trusted);
        ArgumentNullException.ThrowIfNull(expected);
        AttestationResult? read = null;
        problem = TrySplit(token, out var parts)
            ?? CheckHeaders(parts)
            ?? CheckSignature(token, parts, trusted)
            ?? TryReadResult(parts.Payload, out read, out _)
            ?? ResultToken.CheckContent(read!, expected);
        result = problem is null ? read : null;
        return problem is null;
    }

    /// <summary>Reads what a token says without any key: for showing it to a person, never for a decision.</summary>
    public static bool TryReadUnverified(ReadOnlyMemory<byte> token, [NotNullWhen(true)] out UnverifiedResult? claims, [NotNullWhen(false)] out TokenProblem? problem)
    {
        (AttestationResult? read, byte[]? json) = (null, null);
        problem = TrySplit(token, out var parts) ?? TryReadResult(parts.Payload, out read, out json);
        claims = problem is null ? new UnverifiedResult(read!, json!, parts.Algorithm == Es256 ? ResultToken.Algorithm : parts.Algorithm?.ToString(System.Globalization.CultureInfo.InvariantCulture), parts.KeyId) : null;
        return claims is not null;
    }

    /// <summary>Whether bytes begin as a tagged COSE_Sign1 does, so that they are no JWT.</summary>
    public static bool IsCwt(ReadOnlySpan<byte> bytes) => bytes is [0xd2, ..] or [0xd8, 0x3d, 0xd2, ..];

    private readonly record struct Parts(long? Algorithm, string? KeyId, string? Refused, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature, int Start);

    private static TokenProblem? TrySplit(ReadOnlyMemory<byte> token, out Parts parts)
    {
        parts = default;
        if (token.Length > ProtocolLimits.MaxTokenCharacters)
        {
            return Malformed($"{token.Length} bytes, {ProtocolLimits.MaxTokenCharacters} are allowed");
        }

        try
        {
            var reader = new StrictCborReader(token.Span);
            var tag = reader.ReadTag("CWT");
            // RFC 8392 6: the tag of a CWT may stand before that of what it is.
            var start = tag == CwtTag ? reader.Offset : 0;
            if ((tag == CwtTag ? reader.ReadTag("CWT") : tag) != Sign1Tag)
            {
                return Malformed("a COSE_Sign1 is needed (tag 18)");
            }

            reader.ReadArrayOf(4, "COSE_Sign1");
            var headers = reader.ReadBytesRange("protected", ProtocolLimits.MaxCmwTextBytes * 4, nameof(ProtocolLimits.MaxCmwTextBytes));
            var unprotected = reader.ReadMapHeader("unprotected", 0, "no header outside of the signature");
            var payload = token[reader.ReadBytesRange("payload", ProtocolLimits.MaxTokenCharacters, nameof(ProtocolLimits.MaxTokenCharacters))];
            var signature = token[reader.ReadBytesRange("signature", ProtocolLimits.MaxSignatureBytes, nameof(ProtocolLimits.MaxSignatureBytes))];
            reader.End("COSE_Sign1");
            parts = ReadHeaders(token.Span[headers]) with { Payload = payload, Signature = signature, Start = start };
            return null;
        }
        catch (ProtocolFormatException refused)
        {
            return Malformed(refused.Problem.ToString());
        }
    }

    private static Parts ReadHeaders(ReadOnlySpan<byte> bytes)
    {
        var reader = new StrictCborReader(bytes);
        var parts = default(Parts);
        HashSet<long> seen = [];
        for (var left = reader.ReadMapHeader("protected", 8, "MaxHeaders"); left > 0; left--)
        {
            var at = reader.Offset;
            var label = reader.ReadInt("protected label");
            if (!seen.Add(label))
            {
                throw StrictCborReader.RefuseAt(at, "protected", $"header {label} appears twice");
            }

            switch (label)
            {
                case 1:
                    parts = parts with { Algorithm = reader.ReadInt("alg") };
                    break;
                case 4:
                    parts = parts with { KeyId = Encoding.UTF8.GetString(reader.ReadBytes("kid", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes))) };
                    break;
                case TypeLabel when reader.PeekType("typ") == CborMajorType.TextString:
                    var type = reader.ReadText("typ", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes));
                    parts = parts with { Refused = type == MediaTypes.EatCwt ? parts.Refused : $"type '{type}' is not that of a result" };
                    break;
                // RFC 9052 3.1: crit changes what must be understood; x5chain and x5u bring the sender's own key.
                default:
                    return parts with { Refused = $"the header carries {label}" };
            }
        }

        reader.End("protected");
        return parts;
    }

    private static TokenProblem? CheckHeaders(Parts parts) =>
        parts.Refused is { } refused ? new TokenProblem(TokenProblemCode.HeaderRefused, refused)
        : parts.Algorithm != Es256 ? new TokenProblem(TokenProblemCode.AlgorithmRefused, $"algorithm {parts.Algorithm}, only {Es256} ({ResultToken.Algorithm}) is accepted")
        : null;

    private static TokenProblem? CheckSignature(ReadOnlyMemory<byte> token, Parts parts, JsonWebKeySet trusted)
    {
        if (!trusted.TryFind(parts.KeyId, out var key))
        {
            return new TokenProblem(TokenProblemCode.KeyUnknown, $"no trusted key for key id '{parts.KeyId}'");
        }

        using (key)
        {
            try
            {
                return parts.Signature.Length == 64 && CoseMessage.DecodeSign1(token.Span[parts.Start..]).VerifyEmbedded(key)
                    ? null
                    : new TokenProblem(TokenProblemCode.SignatureInvalid, "the signature does not verify");
            }
            catch (CryptographicException refused)
            {
                return Malformed(refused.Message);
            }
        }
    }

    private static TokenProblem? TryReadResult(ReadOnlyMemory<byte> payload, out AttestationResult? result, out byte[]? json) =>
        EarCbor.TryRead(payload, out result, out json, out var refused) ? ResultToken.CheckHollow(result) : Malformed("claims: " + refused);

    private static TokenProblem Malformed(string detail) => new(TokenProblemCode.Malformed, detail);

    private const ulong CwtTag = 61;
    private const ulong Sign1Tag = 18;
    private const long Es256 = -7;

    // RFC 9596: what kind of thing is signed.
    private const int TypeLabel = 16;
}
