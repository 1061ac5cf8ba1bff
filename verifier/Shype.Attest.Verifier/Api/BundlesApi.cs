using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>The last verdict about a host, or about the host of a VM, with all that it was made from (docs/bundle.md).</summary>
internal static class BundlesApi
{
    /// <summary>The routes.</summary>
    public static void MapBundles(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/hosts/{name}/bundle", HostAsync).RequireAuthorization(Roles.Operator);
        routes.MapGet("/v1/vms/{name}/bundle", VmAsync).RequireAuthorization(Roles.Operator);
    }

    private static async Task<IResult> HostAsync(HttpContext context, string name, HostDirectory hosts, Bundles bundles) =>
        hosts.Find(name) is { } host ? await AnswerAsync(context, host, bundles) : Problems.HostUnknown;

    private static async Task<IResult> VmAsync(HttpContext context, string name, HostDirectory hosts, Bundles bundles, IAttestationStore store)
    {
        var places = Guid.TryParseExact(name, "D", out var uuid)
            ? await store.FindVmsAsync(uuid, context.RequestAborted)
            : await store.FindVmsAsync(name, context.RequestAborted);
        return places.Select(place => place.HostId).Distinct(StringComparer.Ordinal).ToList() switch
        {
            [] => Problems.Of(AskFailure.VmUnknown),
            [var id] => await AnswerAsync(context, hosts.Find(id)!, bundles),
            _ => Problems.Of(AskFailure.VmAmbiguous),
        };
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, HostEntry host, Bundles bundles)
    {
        var (bundle, problem) = await bundles.OfAsync(host, context.RequestAborted);
        return bundle is null ? Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, problem!) : Answers.Bytes(bundle, MediaTypes.Bundle);
    }
}
