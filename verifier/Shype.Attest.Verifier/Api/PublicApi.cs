using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Signing;

namespace Shype.Attest.Verifier.Api;

/// <summary>What anybody may read: the keys that results and the audit are checked with.</summary>
internal static class PublicApi
{
    /// <summary>The routes.</summary>
    public static void MapPublic(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").AllowAnonymous().RequireRateLimiting(RateLimits.Public);
        group.MapGet("/.well-known/jwks.json", Keys);
        group.MapGet("/.well-known/audit-jwks.json", AuditKeys);
        routes.MapFallback(Unknown).AllowAnonymous();
    }

    private static IResult Keys(ResultSigner signer) => Answers.Bytes(signer.Published.Write(), MediaTypes.JwkSet);

    private static IResult AuditKeys(AuditSigner signer) => Answers.Bytes(signer.Published.Write(), MediaTypes.JwkSet);

    private static ProblemResult Unknown() => Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "There is no such address.");
}
