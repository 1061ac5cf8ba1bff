using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Api;

/// <summary>The keys that may sign bundles of reference values.</summary>
internal static class ReferenceSignersApi
{
    /// <summary>The routes, below those of the references.</summary>
    public static void MapSigners(this RouteGroupBuilder references)
    {
        references.MapGet("/signers", List);
        references.MapPost("/signers", AddAsync).RequireAuthorization(Roles.Operator);
        references.MapDelete("/signers/{name}", RemoveAsync).RequireAuthorization(Roles.Operator);
    }

    private static IResult List(CurrentReferences references) =>
        Answers.Json(new ReferenceSignerList { Signers = [.. references.State.Signers.Select(Info)] }, ProtocolJson.Default.ReferenceSignerList);

    private static async Task<IResult> AddAsync(HttpContext context, ReferenceBundles bundles, TimeProvider clock, ILogger<ReferenceBundles> log)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.ReferenceSignerInfo);
        if (!message.TryGet(out var request, out var problem))
        {
            return problem;
        }

        if (!ReferenceSigner.TryCreate(request.Name, Encoding.UTF8.GetBytes(request.PublicKey), out var signer, out var unusable))
        {
            return Problems.Malformed(BundleName.Problem(request.Name) is null ? "$.publicKey" : "$.name", unusable);
        }

        if (await bundles.AllowAsync(signer, Caller.Name(context), clock.GetUtcNow(), context.RequestAborted) is { } refusal)
        {
            return Problems.Of(refusal.Status, refusal.Type, refusal.Detail);
        }

        log.SignerAdded(signer.Name, signer.KeyId);
        return Answers.Json(Info(signer), ProtocolJson.Default.ReferenceSignerInfo);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, string name, CurrentReferences references, ReferenceBundles bundles, TimeProvider clock,
        ILogger<ReferenceBundles> log)
    {
        if (!await bundles.DisallowAsync(name, Caller.Name(context), clock.GetUtcNow(), context.RequestAborted))
        {
            return Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No signer of this name is allowed.");
        }

        log.SignerRemoved(name);
        return List(references);
    }

    private static ReferenceSignerInfo Info(ReferenceSigner signer) => new()
    {
        Name = signer.Name, KeyId = signer.KeyId, PublicKey = PemEncoding.WriteString("PUBLIC KEY", signer.PublicKey.Span),
    };
}
