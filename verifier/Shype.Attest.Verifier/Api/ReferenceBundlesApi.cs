using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Api;

/// <summary>Signed bundles of reference values; a version is the bundle's sequence.</summary>
internal static class ReferenceBundlesApi
{
    /// <summary>The routes, below those of the references.</summary>
    public static void MapBundles(this RouteGroupBuilder references)
    {
        references.MapGet("/bundles", List);
        references.MapPost("/bundles", ImportAsync).RequireAuthorization(Roles.Operator);
        references.MapGet("/bundles/{name}", Read);
        references.MapGet("/bundles/{name}/signed", ReadSigned);
        references.MapDelete("/bundles/{name}", RemoveAsync).RequireAuthorization(Roles.Operator);
    }

    private static IResult List(CurrentReferences references, TimeProvider clock) => Answers.Json(
        new ReferenceBundleList { Bundles = [.. references.State.Sets.Select(bundle => Info(bundle, clock.GetUtcNow()))] }, ProtocolJson.Default.ReferenceBundleList);

    private static async Task<IResult> ImportAsync(HttpContext context, ReferenceBundles bundles, TimeProvider clock, ILogger<ReferenceBundles> log)
    {
        var (body, unread) = await RequestBody.ReadAsync(context, MediaTypes.RimCose, AppraisalLimits.MaxBundleBytes, nameof(AppraisalLimits.MaxBundleBytes));
        if (body is null)
        {
            return unread!;
        }

        var now = clock.GetUtcNow();
        var outcome = await bundles.ImportAsync(body, Caller.Name(context), now, context.RequestAborted);
        if (outcome.Refusal is { } refusal)
        {
            log.BundleRefused(refusal.Type, refusal.Detail);
            return Problems.Of(refusal.Status, refusal.Type, refusal.Detail);
        }

        log.BundleImported(outcome.Bundle!.Name, outcome.Bundle.Sequence);
        return Answers.Json(Info(outcome.Bundle, now) with { Unused = outcome.Unused }, ProtocolJson.Default.ReferenceBundleInfo);
    }

    private static IResult Read(HttpContext context, string name, CurrentReferences references)
    {
        if (references.State.Sets.FirstOrDefault(bundle => bundle.Name == name) is not { } bundle)
        {
            return Unknown;
        }

        context.Response.Headers.ETag = $"\"{bundle.Sequence}\"";
        return Answers.Bytes(ReferenceSet.Encode(bundle.Content.Document), MediaTypes.Json);
    }

    private static IResult ReadSigned(string name, CurrentReferences references) =>
        references.State.Bundles.TryGetValue(name, out var kept) ? Answers.Bytes(kept.Stored.Source, MediaTypes.RimCose) : Unknown;

    private static async Task<IResult> RemoveAsync(HttpContext context, string name, ReferenceBundles bundles, TimeProvider clock, ILogger<ReferenceBundles> log)
    {
        if (ETags.VersionIn(context.Request.Headers.IfMatch) is not { } expected)
        {
            return Problems.Of(StatusCodes.Status428PreconditionRequired, ProblemTypes.VersionConflict, "Say which version you remove: If-Match: \"SEQUENCE\".");
        }

        var now = clock.GetUtcNow();
        var outcome = await bundles.RemoveAsync(name, expected, Caller.Name(context), now, context.RequestAborted);
        if (outcome.Refusal is { } refusal)
        {
            return Problems.Of(refusal.Status, refusal.Type, refusal.Detail);
        }

        log.BundleRemoved(name, expected);
        return Answers.Json(Info(outcome.Bundle! with { RevokedBecause = "removed" }, now), ProtocolJson.Default.ReferenceBundleInfo);
    }

    private static ReferenceBundleInfo Info(ReferenceBundle bundle, DateTimeOffset now) => new()
    {
        Name = bundle.Name,
        Sequence = bundle.Sequence,
        Origin = bundle.Origin,
        Standing = bundle.StandingAt(now) switch
        {
            BundleStanding.InForce => "in-force",
            BundleStanding.NotYetValid => "not-yet-valid",
            BundleStanding.Expired => "expired",
            _ => "revoked",
        },
        Reason = bundle.RevokedBecause,
        NotBefore = bundle.NotBefore,
        NotAfter = bundle.NotAfter,
        Signer = bundle.Signer?.Name,
        SignerKey = bundle.Signer?.KeyId,
        Values = bundle.Content.Count,
    };

    private static ProblemResult Unknown => Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No bundle of this name is kept.");
}
