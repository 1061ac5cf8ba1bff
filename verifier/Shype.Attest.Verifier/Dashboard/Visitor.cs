using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Dashboard.SignIn;

namespace Shype.Attest.Verifier.Dashboard;

/// <summary>Who looks at a page, and when.</summary>
/// <param name="Name">The name of his token.</param>
/// <param name="Role">His role.</param>
/// <param name="FormToken">What his forms carry.</param>
/// <param name="Path">The page that he asked for.</param>
/// <param name="Now">The time that the page is of.</param>
internal sealed record Visitor(string Name, string Role, string FormToken, string Path, DateTimeOffset Now)
{
    /// <summary>Whether forms that change something are shown; the routes decide, not this.</summary>
    public bool IsOperator => Role is Roles.Operator or Roles.Admin;

    /// <summary>The one of a request.</summary>
    public static Visitor Of(HttpContext context) => new(
        Caller.Name(context), context.User.FindFirst(System.Security.Claims.ClaimTypes.Role)!.Value, Forms.TokenOf(context.Request.Cookies[Cookies.Session] ?? ""),
        context.Request.Path, context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
}
