using System.Globalization;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>The reference values: the operators' own, read with their version as ETag and replaced only by who has seen that version; and what all sets add up to.</summary>
internal static class ReferencesApi
{
    /// <summary>The routes.</summary>
    public static void MapReferences(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/references").RequireAuthorization(Roles.Viewer);
        group.MapGet("/", Read);
        group.MapPut("/", ReplaceAsync).RequireAuthorization(Roles.Operator);
        group.MapGet("/in-force", ReadInForce);
        group.MapGet("/history", HistoryAsync);
        group.MapBundles();
        group.MapSigners();
    }

    private static IResult Read(HttpContext context, CurrentReferences references) => Answer(context, references.Current);

    private static IResult ReadInForce(CurrentReferences references, TimeProvider clock) =>
        Answers.Bytes(ReferenceSet.Encode(references.At(clock.GetUtcNow()).Document), MediaTypes.Json);

    private static async Task<IResult> ReplaceAsync(HttpContext context, CurrentReferences references, TimeProvider clock, ILogger<CurrentReferences> log)
    {
        if (ETags.VersionIn(context.Request.Headers.IfMatch) is not { } expected)
        {
            return Problems.Of(StatusCodes.Status428PreconditionRequired, ProblemTypes.VersionConflict,
                "Say which version you replace, with the ETag of GET /v1/references: If-Match: \"VERSION\".");
        }

        var (body, unread) = await RequestBody.ReadAsync(context, MediaTypes.Json, AppraisalLimits.MaxReferenceBytes, nameof(AppraisalLimits.MaxReferenceBytes));
        if (body is null)
        {
            return unread!;
        }

        if (!ReferenceSet.TryRead(body, out var set, out var malformed))
        {
            return Problems.Malformed(malformed);
        }

        if (await references.ReplaceAsync(set, expected, Caller.Name(context), clock.GetUtcNow(), context.RequestAborted) is not { } replaced)
        {
            return Problems.Of(StatusCodes.Status412PreconditionFailed, ProblemTypes.VersionConflict,
                $"The reference values are version {references.Current.Version} by now, not {expected}: read them again, then edit that.");
        }

        log.ReferencesReplaced(replaced.Version);
        return Answer(context, replaced);
    }

    private static async Task<IResult> HistoryAsync(HttpContext context, string? before, IReferenceStore store)
    {
        var start = long.MaxValue;
        if (before is not null && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out start))
        {
            return Problems.Malformed("before", "is the number of an event");
        }

        var page = await store.ReadEventsAsync(start, PageSize + 1, context.RequestAborted);
        return Answers.Json(
            new ReferenceHistory
            {
                Events = [.. page.Take(PageSize).Select(ReferenceEvents.Show)],
                Next = page.Count > PageSize ? page[PageSize - 1].Number : null,
            },
            ProtocolJson.Default.ReferenceHistory);
    }

    private static IResult Answer(HttpContext context, ReferenceVersioned current)
    {
        context.Response.Headers.ETag = ETags.Of(current.Version);
        return Answers.Bytes(ReferenceSet.Encode(current.Set.Document), MediaTypes.Json);
    }

    private const int PageSize = 100;
}
