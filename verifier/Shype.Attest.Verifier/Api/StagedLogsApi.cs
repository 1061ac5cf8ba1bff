using System.Globalization;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>Long logs in pieces, before the evidence that proves them: what was cut goes on where it was.</summary>
internal static class StagedLogsApi
{
    /// <summary>The routes.</summary>
    public static void MapStagedLogs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup($"/v1/hosts/{{{Roles.HostRouteValue}}}").RequireAuthorization(Roles.Agent).RequireRateLimiting(RateLimits.Evidence);
        group.MapGet("/logs/{kind}", ShowAsync);
        group.MapPost("/logs/{kind}", StageAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, string id, string kind, HostDirectory hosts, IStagedLogs staged) =>
        Refuse(hosts.Find(id)!, kind) ?? Answers.Json(await staged.ReadStagedAsync(id, kind, context.RequestAborted), ProtocolJson.Default.StagedLog);

    private static async Task<IResult> StageAsync(
        HttpContext context, string id, string kind, string? boot, string? first, string? next, HostDirectory hosts, IStagedLogs staged, TimeProvider clock)
    {
        var host = hosts.Find(id)!;
        if (Refuse(host, kind) is { } refused)
        {
            return refused;
        }

        if (boot?.Length is not (> 0 and <= ProtocolLimits.MaxNameCharacters) || !boot.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
        {
            return Problems.Malformed("boot", "is needed: the id of the boot, letters, digits and '-'");
        }

        if (!TryRead(first, out var from) || !TryRead(next, out var to) || to <= from)
        {
            return Problems.Malformed("first, next", "are needed: numbers, of which the second is the larger one");
        }

        using var place = host.TryTakePlace();
        if (place is null)
        {
            return Problems.Of(StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Evidence of this host is being read already: one after the other.");
        }

        var (body, unread) = await RequestBody.ReadAsync(context, MediaTypes.LogPiece, ProtocolLimits.MaxLogPieceBytes, nameof(ProtocolLimits.MaxLogPieceBytes));
        return body is null ? unread!
            : body.Length == 0 ? Problems.Malformed("body", "is empty")
            : await staged.StageAsync(id, boot, new LogPiece(kind, from, to, body), clock.GetUtcNow(), context.RequestAborted) is { } there
                ? Answers.Json(there, ProtocolJson.Default.StagedLog)
                : Problems.Of(StatusCodes.Status413PayloadTooLarge, ProblemTypes.LimitExceeded, "There is no room for more of this log before its evidence: send the evidence.");
    }

    private static ProblemResult? Refuse(HostEntry host, string kind) =>
        Problems.NotAdmitted(host.Record.State)
        ?? (kind is LogKinds.Records or LogKinds.Ima ? null : Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "There are the logs 'records' and 'ima'."));

    private static bool TryRead(string? text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < MaxPosition;

    private const long MaxPosition = 1L << 40;
}
