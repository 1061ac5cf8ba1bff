using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>What anybody may read: the keys that results are checked with, and whether the service lives.</summary>
internal static class PublicApi
{
    /// <summary>The routes.</summary>
    public static void MapPublic(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").AllowAnonymous().RequireRateLimiting(RateLimits.Public);
        group.MapGet("/.well-known/jwks.json", Keys);
        group.MapGet("/.well-known/audit-jwks.json", AuditKeys);
        group.MapGet("/healthz/live", () => Results.Text("live\n"));
        group.MapGet("/healthz/ready", ReadyAsync);
        routes.MapFallback(Unknown).AllowAnonymous();
    }

    private static IResult Keys(ResultSigner signer) => Answers.Bytes(signer.Published.Write(), MediaTypes.JwkSet);

    private static IResult AuditKeys(AuditSigner signer) => Answers.Bytes(signer.Published.Write(), MediaTypes.JwkSet);

    // No detail for strangers; the log has it.
    private static async Task<IResult> ReadyAsync(HttpContext context, IAttestationStore store) =>
        await store.IsReadyAsync(context.RequestAborted) ? Results.Text("ready\n") : Results.Text("not ready\n", statusCode: StatusCodes.Status503ServiceUnavailable);

    private static ProblemResult Unknown() => Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "There is no such address.");
}
