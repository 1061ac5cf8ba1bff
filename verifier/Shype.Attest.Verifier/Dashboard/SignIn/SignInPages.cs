using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Dashboard.SignIn;

/// <summary>Signing in with an access token, and out again.</summary>
internal static class SignInPages
{
    /// <summary>The routes.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/dashboard").AllowAnonymous();
        group.MapGet("/sign-in", (HttpContext context, string? to) => Ask(context, to, null)).RequireRateLimiting(RateLimits.Public);
        group.MapPost("/sign-in", SignInAsync).RequireRateLimiting(RateLimits.SignIn).DisableAntiforgery();
        group.MapPost("/sign-out", SignOutAsync).RequireRateLimiting(RateLimits.Public).DisableAntiforgery();
    }

    private static PageResult Ask(HttpContext context, string? to, string? problem)
    {
        var cookie = context.Request.Cookies[Cookies.SigningIn];
        if (cookie is not { Length: > 0 })
        {
            cookie = DashboardSessions.NewSecret();
            Cookies.Set(context, Cookies.SigningIn, cookie, TimeSpan.FromHours(1));
        }

        return new PageResult(Layout.Bare("Sign in", $"""
            <form class="card sign-in" method="post" action="/dashboard/sign-in">
            <p class="brand">{Icons.Mark} Shype.Attest</p>
            <h1>Sign in</h1>
            {(problem is null ? Html.Empty : Refused(problem))}
            <input type="hidden" name="{Forms.Field}" value="{Forms.TokenOf(cookie)}">
            <input type="hidden" name="to" value="{ReturnPath.Of(to)}">
            <label for="token">Access token</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required maxlength="128" aria-describedby="token-help" autofocus>
            <p id="token-help" class="dim">An administrator makes one: <code>shype token add NAME --role viewer</code>. Removing the token ends every session of it at once.</p>
            <button class="primary" type="submit">Sign in</button>
            </form>
            """), problem is null ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, DashboardSessions sessions)
    {
        if (await Forms.ReadAsync(context, Cookies.SigningIn) is not { } form)
        {
            return Ask(context, null, "This form was too old, or did not come from this page. Try again.");
        }

        var to = ReturnPath.Of(form["to"]);
        if (await sessions.BeginAsync(form["token"].ToString().Trim(), context.RequestAborted) is not { } session)
        {
            return Ask(context, to, "This token is not known, has expired, or does not allow to look at the dashboard.");
        }

        Cookies.Remove(context, Cookies.SigningIn);
        Cookies.Set(context, Cookies.Session, session.Cookie, DashboardSessions.Lifetime);
        return new SeeOther(to);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, DashboardSessions sessions)
    {
        if (await Forms.ReadAsync(context, Cookies.Session) is not null)
        {
            await sessions.EndAsync(context.Request.Cookies[Cookies.Session]!, context.RequestAborted);
            Cookies.Remove(context, Cookies.Session);
        }

        return new SeeOther("/dashboard/sign-in");
    }

    private static Html Refused(string problem) => $"""<p class="notice bad" role="alert">{Icons.Failed}<span>{problem}</span></p>""";
}
