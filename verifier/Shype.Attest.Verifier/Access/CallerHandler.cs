using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Attestation;

namespace Shype.Attest.Verifier.Access;

/// <summary>
/// Finds out who asks. A bearer token (RFC 6750) that is shown is the only credential that counts: a wrong one is refused, whatever certificate the
/// connection has. Our own tokens cost one hash and one look-up; a signature is checked only after all that is cheaper.
/// </summary>
internal sealed class CallerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens, HostDirectory hosts, OidcTokens oidc,
    ClientCertificates certificates, FailedSignIns failed)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private Refusal _refusal = Refusal.Unknown;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is [{ } header] && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return Count(await FindAsync(header[Prefix.Length..]));
        }

        return Request.Headers.Authorization.Count > 0 || Context.Connection.ClientCertificate is not { } certificate
            ? AuthenticateResult.NoResult()
            : Count(IsAsked(Request) ? certificates.Find(certificate) : null);
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        switch (_refusal)
        {
            case Refusal.TooMany:
                Response.Headers.RetryAfter = "60";
                return Problems.Write(Context, StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Too many credentials from this address were refused; wait and try again.");
            case Refusal.IssuerSilent:
                return Problems.Write(Context, StatusCodes.Status503ServiceUnavailable, ProblemTypes.Internal,
                    "The keys of the identity provider cannot be fetched now, so its tokens cannot be checked; try again, or use a token of this verifier.");
            default:
                Response.Headers.WWWAuthenticate = "Bearer";
                return Problems.Write(Context, StatusCodes.Status401Unauthorized, ProblemTypes.Unauthorized,
                    "A credential is needed that this verifier knows: Authorization: Bearer TOKEN, or a client certificate.");
        }
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Write(Context, StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, "The credential is known and does not allow this.");

    private async Task<System.Security.Claims.ClaimsPrincipal?> FindAsync(string token)
    {
        // Ours are base64url: a dot says that somebody else signed it.
        if (token.Contains('.', StringComparison.Ordinal))
        {
            return await FindSignedAsync(token);
        }

        if (token.Length > MaxTokenCharacters)
        {
            return null;
        }

        var digest = TokenDigest.Of(token);
        return tokens.Find(digest) is { } owner ? Caller.Named(owner.Name, owner.Role)
            : hosts.FindByToken(digest) is { } host ? Caller.Agent(host.Record.Id)
            : null;
    }

    private async Task<System.Security.Claims.ClaimsPrincipal?> FindSignedAsync(string token)
    {
        if (failed.IsExhausted(Context))
        {
            return null;
        }

        var answer = await oidc.FindAsync(token, Context.RequestAborted);
        _refusal = answer.IsIssuerSilent ? Refusal.IssuerSilent : _refusal;
        return answer.Caller;
    }

    private AuthenticateResult Count(System.Security.Claims.ClaimsPrincipal? found)
    {
        if (found is not null)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(found, Scheme.Name));
        }

        if (_refusal == Refusal.Unknown && !failed.TryCount(Context))
        {
            _refusal = Refusal.TooMany;
        }

        return AuthenticateResult.Fail("unknown credential");
    }

    // A browser shows its certificate for whatever page asks it to (threat row R12); those that are not ours do not speak for its owner.
    private static bool IsAsked(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [] or ["same-origin"] or ["none"]
        && (request.Headers.Origin is [] || request.Headers.Origin is [var origin] && origin == $"https://{request.Host.Value}");

    private enum Refusal
    {
        Unknown,
        TooMany,
        IssuerSilent,
    }

    private const string Prefix = "Bearer ";
    private const int MaxTokenCharacters = 128;
}
