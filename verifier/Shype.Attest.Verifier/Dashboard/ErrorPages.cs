using Shype.Attest.Verifier.Dashboard.Markup;

namespace Shype.Attest.Verifier.Dashboard;

/// <summary>What a person sees instead of a page. Not a word about the inside, whatever went wrong.</summary>
internal static class ErrorPages
{
    /// <summary>Whether a request wants pages.</summary>
    public static bool IsFor(HttpContext context) => context.Request.Path.StartsWithSegments("/dashboard", StringComparison.Ordinal);

    /// <summary>The page for a status.</summary>
    public static Task WriteAsync(HttpContext context, int status) => Of(status).ExecuteAsync(context);

    /// <summary>The page for a status.</summary>
    public static PageResult Of(int status, string? detail = null)
    {
        var (title, text) = status switch
        {
            StatusCodes.Status403Forbidden => ("Not allowed", "You are signed in, and your token does not allow this. Ask an administrator for a token with another role."),
            StatusCodes.Status404NotFound => ("Not found", "There is no such page, or what it was about is not kept any more."),
            StatusCodes.Status405MethodNotAllowed => ("Not found", "This address does not take this method."),
            StatusCodes.Status429TooManyRequests => ("Too many requests", "Wait a minute, then try again."),
            StatusCodes.Status503ServiceUnavailable => ("The database does not answer", "The verifier cannot read or keep anything now; its log says why. Nothing on this page would be true, so there is none. Try again in a while."),
            >= 500 => ("Something went wrong here", "The verifier failed at this page; its log says why."),
            _ => ("Not understood", "The request could not be read."),
        };
        return new PageResult(Layout.Bare(title, $"""
            <section class="card problem">
            <p class="brand">{Icons.Mark} Shype.Attest</p>
            <h1>{title}</h1>
            <p>{detail ?? text}</p>
            <p><a class="button" href="/dashboard">Back to the fleet</a></p>
            </section>
            """), status);
    }
}
