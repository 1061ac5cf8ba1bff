using System.Security.Claims;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Access;

/// <summary>
/// Tokens that an identity provider signed (JWT, RFC 7519, RFC 9068, RFC 8725). What costs nothing is looked at first; the signature by a library
/// that is made for that; roles last, and only those that the settings name.
/// </summary>
internal sealed class OidcTokens(VerifierOptions options, TimeProvider clock, ILogger<IssuerKeys> log) : IDisposable
{
    private readonly OidcOptions? _options = options.Oidc;
    private readonly IssuerKeys? _keys = options.Oidc is { } oidc ? new IssuerKeys(oidc, clock, log) : null;
    // As many claims as a token has room for, and none renamed on the way.
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxCharacters };

    /// <summary>Whose token it is.</summary>
    public async Task<OidcAnswer> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (_options is null || _keys is null || token.Length > MaxCharacters || Read(token) is not { } read)
        {
            return OidcAnswer.Nobody;
        }

        var (key, isSilent) = await _keys.FindAsync(read.Kid, cancellationToken);
        if (key is null)
        {
            return new OidcAnswer(null, isSilent);
        }

        var result = await _handler.ValidateTokenAsync(read, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidIssuer = _options.ExpectedIssuer,
            ValidAudience = _options.Audience,
            ValidAlgorithms = Algorithms,
            LifetimeValidator = (from, to, _, _) => IsInTime(from, to),
            TryAllIssuerSigningKeys = false,
        });
        return result.IsValid ? new OidcAnswer(CallerOf(read), false) : OidcAnswer.Nobody;
    }

    /// <inheritdoc/>
    public void Dispose() => _keys?.Dispose();

    private JsonWebToken? Read(string token)
    {
        try
        {
            return _handler.CanReadToken(token) && _handler.ReadJsonWebToken(token) is var read && IsPlausible(read) ? read : null;
        }
        catch (Exception refused) when (refused is ArgumentException or SecurityTokenException or JsonException or FormatException or InvalidOperationException or InvalidCastException)
        {
            return null;
        }
    }

    // Nothing of it is proven yet; a token that says itself that it is not for us costs no signature check.
    private bool IsPlausible(JsonWebToken token) =>
        Algorithms.Contains(token.Alg) && (token.Typ is null or "" || Types.Contains(token.Typ, StringComparer.OrdinalIgnoreCase)) && token.Issuer == _options!.ExpectedIssuer && token.Audiences.Contains(_options.Audience)
        // RFC 7515 4.1.11: what the signer calls critical must be understood, and we know of none.
        && !token.TryGetHeaderValue<object>("crit", out _)
        && IsInTime(token.TryGetPayloadValue<long>("nbf", out _) ? token.ValidFrom : null, token.TryGetPayloadValue<long>("exp", out _) ? token.ValidTo : null);

    // RFC 7519 4.1.4: before 'exp', not at it; clocks may differ a little.
    private bool IsInTime(DateTime? from, DateTime? to) =>
        clock.GetUtcNow().UtcDateTime is var now && to is { } end && now - Skew < end && (from is not { } begin || begin <= now + Skew);

    private ClaimsPrincipal? CallerOf(JsonWebToken token)
    {
        // The audit shows it as it is.
        if (token.Subject is not { Length: > 0 and <= MaxSubjectCharacters } subject || TextRules.Escape(subject) != subject)
        {
            return null;
        }

        // Without a role somebody is known, and may nothing.
        return Caller.Named($"{token.Issuer}#{subject}", Values(token).Select(value => _options!.Roles.GetValueOrDefault(value)).OfType<string>().Distinct());
    }

    private IEnumerable<string> Values(JsonWebToken token)
    {
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        var found = payload.RootElement.TryGetProperty(_options!.RoleClaim, out var claim) ? claim : Walk(payload.RootElement, _options.RoleClaim.Split('.'));
        return found switch
        {
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)],
            _ => [],
        };
    }

    private static JsonElement? Walk(JsonElement element, IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    // RFC 8725 3.1: signatures only; a secret that both sides have, or none, is never taken.
    private static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private static readonly string[] Types = ["JWT", "at+jwt", "application/at+jwt"];
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);
    private const int MaxCharacters = 8 * 1024;
    private const int MaxSubjectCharacters = 256;
}

/// <summary>What became of a signed token.</summary>
/// <param name="Caller">Whose it is; null for nobody.</param>
/// <param name="IsIssuerSilent">Whether it could not be checked because the issuer cannot be asked.</param>
internal readonly record struct OidcAnswer(ClaimsPrincipal? Caller, bool IsIssuerSilent)
{
    /// <summary>Nobody's.</summary>
    public static OidcAnswer Nobody => default;
}
