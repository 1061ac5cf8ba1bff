using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Api;

/// <summary>How hosts are watched, and how they came to where they stand.</summary>
internal static class WatchApi
{
    /// <summary>The routes.</summary>
    public static void MapWatch(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/hosts/{name}/history", HistoryAsync).RequireAuthorization(Roles.Viewer);
        routes.MapGet("/v1/hosts/{name}/watch", ReadAsync).RequireAuthorization(Roles.Viewer);
        routes.MapPut("/v1/hosts/{name}/watch", SetAsync).RequireAuthorization(Roles.Operator);
        routes.MapGet("/v1/groups/{group}/watch", ReadGroupAsync).RequireAuthorization(Roles.Viewer);
        routes.MapPut("/v1/groups/{group}/watch", SetGroupAsync).RequireAuthorization(Roles.Operator);
        routes.MapGet("/v1/admissions/refused", RefusedAsync).RequireAuthorization(Roles.Viewer);
    }

    private static async Task<IResult> HistoryAsync(HttpContext context, string name, long? before, int? limit, HostDirectory hosts, IWatchStore store)
    {
        if (limit is < 1 or > WatchLimits.MaxPage)
        {
            return Problems.Malformed("limit", $"is 1 to {WatchLimits.MaxPage}");
        }

        if (hosts.Find(name) is not { } host)
        {
            return Problems.HostUnknown;
        }

        var wanted = limit ?? DefaultPage;
        var page = await store.ReadHostHistoryAsync(host.Record.Id, before ?? long.MaxValue, wanted + 1, context.RequestAborted);
        return Answers.Json(
            new HostEventList { Events = [.. page.Take(wanted)], Next = page.Count > wanted ? page[wanted - 1].Number : null }, ProtocolJson.Default.HostEventList);
    }

    private static Task<IResult> ReadAsync(HttpContext context, string name, HostDirectory hosts, IWatchStore store, VerifierOptions options) =>
        hosts.Find(name) is { } host ? AnswerAsync(context, new WatchScope(false, host.Record.Id), host, store, options) : Task.FromResult<IResult>(Problems.HostUnknown);

    private static Task<IResult> SetAsync(HttpContext context, string name, HostDirectory hosts, IWatchStore store, VerifierOptions options, TimeProvider clock) =>
        hosts.Find(name) is { } host ? WriteAsync(context, new WatchScope(false, host.Record.Id), host, store, options, clock) : Task.FromResult<IResult>(Problems.HostUnknown);

    private static Task<IResult> ReadGroupAsync(HttpContext context, string group, CurrentAppraisalPolicies policies, IWatchStore store, VerifierOptions options) =>
        GroupProblem(group, policies) is { } unknown ? Task.FromResult<IResult>(unknown) : AnswerAsync(context, new WatchScope(true, group), null, store, options);

    private static Task<IResult> SetGroupAsync(HttpContext context, string group, CurrentAppraisalPolicies policies, IWatchStore store, VerifierOptions options, TimeProvider clock) =>
        GroupProblem(group, policies) is { } unknown ? Task.FromResult<IResult>(unknown) : WriteAsync(context, new WatchScope(true, group), null, store, options, clock);

    private static async Task<IResult> WriteAsync(HttpContext context, WatchScope scope, HostEntry? host, IWatchStore store, VerifierOptions options, TimeProvider clock)
    {
        if (ETags.VersionIn(context.Request.Headers.IfMatch) is not { } expected)
        {
            return Problems.Of(StatusCodes.Status428PreconditionRequired, ProblemTypes.VersionConflict,
                $"Say which version you replace, with the ETag of GET {context.Request.Path}: If-Match: \"VERSION\".");
        }

        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.WatchRequest);
        if (!message.TryGet(out var request, out var problem))
        {
            return problem;
        }

        var (interval, deadline) = (Span(request.IntervalSeconds), Span(request.DeadlineSeconds));
        if (await ProblemOf(interval, deadline, host, store, options, context.RequestAborted) is { } refused)
        {
            return refused;
        }

        return await store.WriteWatchSettingsAsync(scope, new WatchSettings(interval, deadline, expected), Caller.Name(context), clock.GetUtcNow(), context.RequestAborted) is null
            ? Problems.Of(StatusCodes.Status412PreconditionFailed, ProblemTypes.VersionConflict, $"These settings are no longer version {expected}: read them again, then change those.")
            : await AnswerAsync(context, scope, host, store, options);
    }

    private static async Task<ProblemResult?> ProblemOf(
        TimeSpan? interval, TimeSpan? deadline, HostEntry? host, IWatchStore store, VerifierOptions options, CancellationToken cancellationToken)
    {
        if (interval < WatchLimits.MinInterval || interval > WatchLimits.MaxInterval)
        {
            return Problems.Malformed("$.intervalSeconds", $"is {WatchLimits.MinInterval.TotalSeconds:0} to {WatchLimits.MaxInterval.TotalSeconds:0}");
        }

        if (deadline < WatchLimits.MinDeadline || deadline > WatchLimits.MaxDeadline)
        {
            return Problems.Malformed("$.deadlineSeconds", $"is {WatchLimits.MinDeadline.TotalSeconds:0} to {WatchLimits.MaxDeadline.TotalSeconds:0}");
        }

        // What is left out comes from the group and from the verifier.
        var group = host is null ? null : await store.ReadWatchSettingsAsync(new WatchScope(true, host.Record.PolicyGroup), cancellationToken);
        var (every, until) = (interval ?? group?.Interval ?? options.WatchInterval, deadline ?? group?.Deadline ?? options.WatchDeadline);
        return until > every ? null
            : Problems.Malformed("$.deadlineSeconds", $"{until.TotalSeconds:0} s is not longer than the interval, {every.TotalSeconds:0} s: the host would miss it each time");
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, WatchScope scope, HostEntry? host, IWatchStore store, VerifierOptions options)
    {
        if (await store.ReadWatchSettingsAsync(scope, context.RequestAborted) is not { } settings)
        {
            return Problems.HostUnknown;
        }

        context.Response.Headers.ETag = ETags.Of(settings.Version);
        return Answers.Json(
            new WatchInfo
            {
                HostId = host?.Record.Id,
                Group = host?.Record.PolicyGroup ?? scope.Name,
                IntervalSeconds = Seconds(settings.Interval),
                DeadlineSeconds = Seconds(settings.Deadline),
                IntervalInForceSeconds = (long)(settings.IntervalInForce ?? settings.Interval ?? options.WatchInterval).TotalSeconds,
                DeadlineInForceSeconds = (long)(settings.DeadlineInForce ?? settings.Deadline ?? options.WatchDeadline).TotalSeconds,
                Version = settings.Version,
                Status = host is null ? null : (await store.ReadWatchAsync(host.Record.Id, context.RequestAborted))?.Status,
            },
            ProtocolJson.Default.WatchInfo);
    }

    private static async Task<IResult> RefusedAsync(HttpContext context, IWatchStore store) =>
        Answers.Json(new RefusedHostList { Hosts = await store.ReadRefusedAsync(WatchLimits.MaxPage, context.RequestAborted) }, ProtocolJson.Default.RefusedHostList);

    private static ProblemResult? GroupProblem(string group, CurrentAppraisalPolicies policies) =>
        group == AppraisalPolicy.DefaultGroup || policies.Current.ContainsKey(group)
            ? null
            : Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No group is called so: a group is made by its appraisal policy (shype appraisal-policy activate FILE).");

    private static TimeSpan? Span(long? seconds) => seconds is { } some ? TimeSpan.FromSeconds(Math.Clamp(some, 0, int.MaxValue)) : null;

    private static long? Seconds(TimeSpan? time) => (long?)time?.TotalSeconds;

    private const int DefaultPage = 100;
}
