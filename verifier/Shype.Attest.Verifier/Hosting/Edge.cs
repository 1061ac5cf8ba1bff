using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Dashboard;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>What every answer has in common: headers that keep browsers careful, and problems instead of empty or talkative errors.</summary>
internal static class Edge
{
    /// <summary>Headers for every answer.</summary>
    public static Task SecureAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.StrictTransportSecurity = "max-age=31536000";
        return next(context);
    }

    /// <summary>Exceptions: the client's fault as 4xx, ours as 5xx without a word about the inside.</summary>
    public static async Task FailAsync(HttpContext context)
    {
        // The handler took the endpoint of the request away; the feature has kept it.
        var failed = context.Features.Get<IExceptionHandlerPathFeature>();
        var failure = failed?.Error;
        switch (failure)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                await Problems.Write(context, StatusCodes.Status413PayloadTooLarge, ProblemTypes.LimitExceeded, "The body is too large.");
                break;
            case BadHttpRequestException refused:
                await Problems.Write(context, refused.StatusCode, ProblemTypes.Malformed, "The request could not be read.");
                break;
            case OperationCanceledException or IOException when context.RequestAborted.IsCancellationRequested:
                break;
            default:
                var log = context.RequestServices.GetRequiredService<ILogger<VerifierOptions>>();
                log.RequestFailed(failure!, context.Request.Method, (failed?.Endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "?",
                    Activity.Current?.TraceId.ToHexString());
                await (ErrorPages.IsFor(context)
                    ? ErrorPages.WriteAsync(context, failure is StoreException ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError)
                    : failure is Signing.KeyUnavailableException
                    ? Problems.Write(context, StatusCodes.Status503ServiceUnavailable, ProblemTypes.Internal, "The verifier's signing key cannot be used now; its log says why. Try again.")
                    : failure is StoreException
                    ? Problems.Write(context, StatusCodes.Status503ServiceUnavailable, ProblemTypes.Internal, "The verifier's database cannot keep or read this now; its log says why. Try again.")
                    : Problems.Write(context, StatusCodes.Status500InternalServerError, ProblemTypes.Internal, "The verifier failed; its log says why."));
                break;
        }
    }

    /// <summary>Statuses that the framework sets without a body.</summary>
    public static Task FillAsync(HttpContext context) => ErrorPages.IsFor(context) ? ErrorPages.WriteAsync(context, context.Response.StatusCode) : context.Response.StatusCode switch
    {
        StatusCodes.Status405MethodNotAllowed => Problems.Write(context, 405, ProblemTypes.NotFound, "This address does not take this method."),
        StatusCodes.Status404NotFound => Problems.Write(context, 404, ProblemTypes.NotFound, "There is no such address."),
        StatusCodes.Status504GatewayTimeout => Problems.Write(context, 504, ProblemTypes.Internal, "The request took too long."),
        var status and >= 500 => Problems.Write(context, status, ProblemTypes.Internal, "The verifier failed; its log says why."),
        var status => Problems.Write(context, status, ProblemTypes.Malformed, "The request could not be read."),
    };
}
