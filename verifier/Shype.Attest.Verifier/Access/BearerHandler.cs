using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Attestation;

namespace Shype.Attest.Verifier.Access;

/// <summary>Bearer tokens (RFC 6750): one hash and one look-up, no store, nothing that an unknown caller could make dear.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens, HostDirectory hosts)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public new const string Scheme = "Bearer";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var token = header[Prefix.Length..];
        if (token.Length > MaxTokenCharacters)
        {
            return Task.FromResult(Unknown);
        }

        var digest = TokenDigest.Of(token);
        if (tokens.Find(digest) is { } owner)
        {
            return Task.FromResult(Known(new Claim(ClaimTypes.Role, owner.Role), new Claim(ClaimTypes.Name, owner.Name)));
        }

        return Task.FromResult(hosts.FindByToken(digest) is { } host
            ? Known(new Claim(ClaimTypes.Role, Roles.Agent), new Claim(Roles.HostClaim, host.Record.Id))
            : Unknown);
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Scheme;
        return Problems.Write(Context, StatusCodes.Status401Unauthorized, ProblemTypes.Unauthorized,
            "A credential is needed that this verifier knows: Authorization: Bearer TOKEN.");
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Write(Context, StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, "The credential is known and does not allow this.");

    private static AuthenticateResult Known(params Claim[] claims) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme)), Scheme));

    private static AuthenticateResult Unknown => AuthenticateResult.Fail("unknown token");

    private const string Prefix = "Bearer ";
    private const int MaxTokenCharacters = 128;
}
