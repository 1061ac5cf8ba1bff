using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Shype.Attest.Verifier.Dashboard.SignIn;

/// <summary>The cookie of who signed in to the dashboard. It counts for the dashboard's pages alone; the API takes no cookies.</summary>
internal sealed class SessionHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, DashboardSessions sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public new const string Scheme = "Dashboard";

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[Cookies.Session] is not { Length: > 0 } cookie)
        {
            return AuthenticateResult.NoResult();
        }

        if (await sessions.FindAsync(cookie, Context.RequestAborted) is not { } owner)
        {
            return AuthenticateResult.Fail("no such session");
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, owner.Name), new Claim(ClaimTypes.Role, owner.Role)], Scheme);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // Whoever sent a form and was signed out meanwhile comes back to a page, not to what the form would have done.
        var back = HttpMethods.IsGet(Request.Method) ? Request.Path + Request.QueryString.Value : ReturnPath.Home;
        Response.Redirect(ReturnPath.SignIn(back));
        Response.StatusCode = StatusCodes.Status303SeeOther;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ErrorPages.WriteAsync(Context, StatusCodes.Status403Forbidden);
}
