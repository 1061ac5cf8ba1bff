using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Shype.Attest.Protocol;

// JWS compact (RFC 7515 7.1) as far as everything here that is signed so has it in common: ES256 and nothing else, under a key that the reader already trusts.
internal static class CompactJws
{
    public readonly record struct Parts(string Signed, TokenHeader Header, byte[] Payload, byte[] Signature);

    public static string Sign(ECDsa key, string keyId, string type, ReadOnlySpan<byte> payload)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new TokenHeader { Algorithm = ResultToken.Algorithm, Type = type, KeyId = keyId }, EarJson.Default.TokenHeader);
        var (headerEnd, payloadLength) = (Base64Url.GetEncodedLength(header.Length), Base64Url.GetEncodedLength(payload.Length));
        var signedLength = headerEnd + 1 + payloadLength;
        // Of the token's one size, in the bytes that are signed: results are some kilobytes, and one is made for each asker.
        var token = new byte[signedLength + 1 + Base64Url.GetEncodedLength(SignatureBytes)];
        Base64Url.EncodeToUtf8(header, token);
        token[headerEnd] = (byte)'.';
        Base64Url.EncodeToUtf8(payload, token.AsSpan(headerEnd + 1));
        token[signedLength] = (byte)'.';
        // RFC 7518 3.4: r and s, 32 bytes each; .NET's default form of a signature.
        Base64Url.EncodeToUtf8(key.SignData(token.AsSpan(0, signedLength), HashAlgorithmName.SHA256), token.AsSpan(signedLength + 1));
        return Encoding.ASCII.GetString(token);
    }

    public static TokenProblem? TrySplit(string token, out Parts parts)
    {
        parts = default;
        if (token.Length > ProtocolLimits.MaxTokenCharacters)
        {
            return Malformed($"{token.Length} characters, {ProtocolLimits.MaxTokenCharacters} are allowed");
        }

        var pieces = token.Split('.', 4);
        if (pieces.Length != 3)
        {
            return Malformed("three parts with dots between them are needed");
        }

        if (!Base64UrlText.TryDecode(pieces[0], out var header)
            || !Base64UrlText.TryDecode(pieces[1], out var payload)
            || !Base64UrlText.TryDecode(pieces[2], out var signature))
        {
            return Malformed("a part is not base64url without padding");
        }

        if (!ProtocolJson.TryRead(header, EarJson.Default.TokenHeader, out var read, out var refused))
        {
            return Malformed("header: " + refused);
        }

        parts = new Parts($"{pieces[0]}.{pieces[1]}", read, payload, signature);
        return null;
    }

    public static TokenProblem? CheckHeader(TokenHeader header, ReadOnlySpan<string?> types)
    {
        // RFC 8725 3.1: the algorithm is the reader's choice; "none" and HMAC under a public key are the classic confusions.
        if (header.Algorithm != ResultToken.Algorithm)
        {
            return new TokenProblem(TokenProblemCode.AlgorithmRefused, $"algorithm '{header.Algorithm}', only {ResultToken.Algorithm} is accepted");
        }

        // RFC 8725 3.11: what one kind of token says is never taken for another's.
        if (!types.Contains(header.Type))
        {
            return new TokenProblem(TokenProblemCode.HeaderRefused, $"type '{header.Type}' is not that of {(types.Contains("JWT") ? "a result" : types[0])}");
        }

        // RFC 7515 4.1: jwk, jku, x5u and x5c bring the sender's own key; crit (and b64) change what is signed.
        return header.Others?.Keys.FirstOrDefault(name => name is "jwk" or "jku" or "x5u" or "x5c" or "crit" or "b64") is { } bad
            ? new TokenProblem(TokenProblemCode.HeaderRefused, $"the header carries '{bad}'")
            : null;
    }

    public static TokenProblem? CheckSignature(Parts parts, JsonWebKeySet trusted)
    {
        if (!trusted.TryFind(parts.Header.KeyId, out var ecdsa))
        {
            return new TokenProblem(TokenProblemCode.KeyUnknown, $"no trusted key for key id '{parts.Header.KeyId}'");
        }

        using (ecdsa)
        {
            return parts.Signature.Length == SignatureBytes && ecdsa.VerifyData(Encoding.ASCII.GetBytes(parts.Signed), parts.Signature, HashAlgorithmName.SHA256)
                ? null
                : new TokenProblem(TokenProblemCode.SignatureInvalid, "the signature does not verify");
        }
    }

    private const int SignatureBytes = 64;

    private static TokenProblem Malformed(string detail) => new(TokenProblemCode.Malformed, detail);
}
