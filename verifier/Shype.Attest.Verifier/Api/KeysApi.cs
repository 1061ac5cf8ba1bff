using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Signing;

namespace Shype.Attest.Verifier.Api;

/// <summary>The verifiers' own keys: seen, rotated and taken away by administrators.</summary>
internal static class KeysApi
{
    /// <summary>The routes.</summary>
    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/keys").RequireAuthorization(Roles.Admin);
        group.MapGet("/", (KeyRing ring) => Answers.Json(ring.Describe(), ProtocolJson.Default.KeyList));
        group.MapPost("/", RotateAsync);
        group.MapDelete("/{keyId}", RetireAsync);
    }

    private static async Task<IResult> RotateAsync(HttpContext context, KeyRing ring)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.KeyRotation);
        return !message.TryGet(out var request, out var problem) ? problem
            : !KeyPurposes.All.Contains(request.Purpose) ? Problems.Malformed("$.purpose", $"is none of {string.Join(", ", KeyPurposes.All)}")
            : await ring.RotateAsync(request, Caller.Name(context), context.RequestAborted) is { } keys ? Answers.Json(keys, ProtocolJson.Default.KeyList)
            : Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.KeyRefused, "The next key waits already for its time: shype signing-key list shows when; with --now it signs at once.");
    }

    private static async Task<IResult> RetireAsync(HttpContext context, string keyId, KeyRing ring) =>
        await ring.RetireAsync(keyId, Caller.Name(context), context.RequestAborted) is { } keys
            ? Answers.Json(keys, ProtocolJson.Default.KeyList)
            : Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No key of results or challenges has this id; keys of the audit are never taken away, rotate them instead.");
}
