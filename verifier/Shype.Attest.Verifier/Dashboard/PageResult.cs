using System.Text;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Dashboard.Markup;

namespace Shype.Attest.Verifier.Dashboard;

/// <summary>A page as an answer. Scripts, styles, pictures and requests are of this host alone and never inline; nobody may frame a page or keep a copy.</summary>
internal sealed class PageResult(Html page, int status = StatusCodes.Status200OK) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        // Not "no-referrer": with that, browsers hide the origin of our own forms from us as well.
        httpContext.Response.Headers["Referrer-Policy"] = "same-origin";
        return Answers.WriteAsync(httpContext, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page.ToString()));
    }
}

/// <summary>Goes on at another page of ours, with GET.</summary>
internal sealed class SeeOther(string path) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Redirect(path);
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        return Task.CompletedTask;
    }
}
