using System.Reflection;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Signing;

namespace Shype.Attest.Verifier.Rats;

/// <summary>What clients of the RATS interfaces ask first: Veraison's discovery document, and the keys for readers of CWT.</summary>
internal static class DiscoveryApi
{
    /// <summary>The routes.</summary>
    public static void MapDiscovery(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").AllowAnonymous().RequireRateLimiting(RateLimits.Public);
        group.MapGet("/.well-known/veraison/verification", Discover);
        group.MapGet("/.well-known/cose-keys", (ResultSigner signer) => Answers.Bytes(CoseKeys.Write(signer.Published), MediaTypes.CoseKeySet));
    }

    private static IResult Discover(HttpContext context, ResultSigner signer, TimeProvider clock)
    {
        if (!Negotiation.Takes(context.Request, MediaTypes.VeraisonDiscovery, MediaTypes.Json))
        {
            return Problems.Of(StatusCodes.Status406NotAcceptable, ProblemTypes.NotAcceptable, $"The answer is {MediaTypes.VeraisonDiscovery}, which the request's Accept does not take.");
        }

        context.Response.Headers.CacheControl = "max-age=60";
        context.Response.Headers.Expires = (clock.GetUtcNow() + TimeSpan.FromSeconds(60)).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        return Answers.Bytes(
            new VerificationService
            {
                EarVerificationKey = signer.PublicKey,
                MediaTypes = EvidenceEnvelope.Accepted,
                AttestationSchemes = ["SHYPE_AGENT", "TPM2_TOOLS"],
                Version = Version,
                ServiceState = "READY",
                ApiEndpoints = new Dictionary<string, string>(StringComparer.Ordinal) { ["newChallengeResponseSession"] = SessionsApi.NewSession },
            }.Write(),
            Negotiation.Takes(context.Request, MediaTypes.VeraisonDiscovery) ? MediaTypes.VeraisonDiscovery : MediaTypes.Json);
    }

    private static readonly string Version = typeof(DiscoveryApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
