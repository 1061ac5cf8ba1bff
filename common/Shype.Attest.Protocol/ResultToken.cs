using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Shype.Attest.Protocol;

/// <summary>Results as JWT: JWS compact, ES256 and nothing else, under a key that the reader already trusts.</summary>
public static class ResultToken
{
    /// <summary>The one algorithm (RFC 7518 3.4): ECDSA P-256 with SHA-256.</summary>
    public const string Algorithm = "ES256";

    /// <summary>Signs a result.</summary>
    public static string Sign(ECDsa key, string keyId, AttestationResult result, EarProfile profile = EarProfile.Veraison)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(result);
        return CompactJws.Sign(key, keyId, "JWT", EarDialect.Write(result, profile));
    }

    /// <summary>
    /// Checks a token: algorithm, header, key, signature over the exact text, then profile, times, audience and nonce. A result comes out only
    /// when all of it holds. A token without a key id is taken only where a single key is trusted.
    /// </summary>
    public static bool TryVerify(
        string token,
        JsonWebKeySet trusted,
        TokenExpectation expected,
        [NotNullWhen(true)] out AttestationResult? result,
        [NotNullWhen(false)] out TokenProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(trusted);
        ArgumentNullException.ThrowIfNull(expected);
        AttestationResult? read = null;
        problem = CompactJws.TrySplit(token, out var parts)
            ?? CompactJws.CheckHeader(parts.Header, Types)
            ?? CompactJws.CheckSignature(parts, trusted)
            ?? TryReadResult(parts.Payload, out read)
            ?? CheckContent(read!, expected);
        result = problem is null ? read : null;
        return problem is null;
    }

    /// <summary>Reads what a token says without any key: for showing it to a person, never for a decision.</summary>
    public static bool TryReadUnverified(string token, [NotNullWhen(true)] out UnverifiedResult? claims, [NotNullWhen(false)] out TokenProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(token);
        AttestationResult? read = null;
        problem = CompactJws.TrySplit(token, out var parts) ?? TryReadResult(parts.Payload, out read);
        claims = problem is null ? new UnverifiedResult(read!, parts.Payload, parts.Header.Algorithm, parts.Header.KeyId) : null;
        return claims is not null;
    }

    private static TokenProblem? TryReadResult(byte[] payload, out AttestationResult? result)
    {
        return EarDialect.TryRead(payload, out result, out var refused) ? CheckHollow(result) : Malformed("claims: " + refused);
    }

    internal static TokenProblem? CheckHollow(AttestationResult result)
    {
        // The serializer refuses null for a member, but not inside a list or a map.
        var hollow = result.Submods.FirstOrDefault(submod =>
            submod.Value is not { } part || part.Findings?.Contains(null!) == true || part.Guarantees?.Contains(null!) == true);
        return hollow.Key is null ? null : Malformed($"claims: '{hollow.Key}' is or holds null");
    }

    internal static TokenProblem? CheckContent(AttestationResult result, TokenExpectation expected)
    {
        var now = expected.Now.ToUnixTimeSeconds();
        var nonce = expected.Nonce is null ? null : Base64UrlText.Encode(expected.Nonce);
        return result switch
        {
            { Profile: not (AttestationResult.VeraisonProfile or AttestationResult.IetfProfile or AttestationResult.TrusteeProfile) } =>
                new(TokenProblemCode.ProfileUnknown, $"profile '{result.Profile}'"),
            { Submods.Count: 0 } => Malformed("claims: submods is empty"),
            _ when result.Submods.FirstOrDefault(IsTooGood) is { Key: { } name } =>
                new(TokenProblemCode.StatusInconsistent, $"'{name}' has a better status than its claims"),
            { Expires: null } when !expected.UnsafeAcceptNoExpiry => new(TokenProblemCode.ExpiryMissing, "exp is missing"),
            // RFC 7519 4.1.4: "on or after which the JWT MUST NOT be accepted".
            { Expires: { } exp } when now >= exp => new(TokenProblemCode.Expired, $"expired at {exp}, now {now}"),
            _ when result.IssuedAt > now + (long)expected.ClockSkew.TotalSeconds =>
                new(TokenProblemCode.NotYetValid, $"made at {result.IssuedAt}, now {now}"),
            _ when result.Audience != expected.Audience =>
                new(TokenProblemCode.AudienceMismatch, $"for '{result.Audience}', asked by '{expected.Audience}'"),
            // Deployed verifiers pad the nonce's base64url text; ours do not.
            _ when nonce is not null && result.Nonce?.TrimEnd('=') != nonce =>
                new(TokenProblemCode.NonceMismatch, $"eat_nonce '{result.Nonce}', sent '{nonce}'"),
            _ => null,
        };
    }

    // draft-ietf-rats-ear: a status is not better than the worst claim.
    private static bool IsTooGood(KeyValuePair<string, Submod> submod) =>
        submod.Value.TrustVector is { } vector && submod.Value.Status < vector.Tier;

    private static TokenProblem Malformed(string detail) => new(TokenProblemCode.Malformed, detail);

    private static readonly string?[] Types = [null, "JWT", "eat+jwt", MediaTypes.EatJwt];
}

/// <summary>What a token says, whoever made it.</summary>
/// <param name="Result">Its claims.</param>
/// <param name="Payload">The claims as they came, JSON.</param>
/// <param name="Algorithm">The header's <c>alg</c>.</param>
/// <param name="KeyId">The header's <c>kid</c>.</param>
public sealed record UnverifiedResult(AttestationResult Result, ReadOnlyMemory<byte> Payload, string? Algorithm, string? KeyId);
