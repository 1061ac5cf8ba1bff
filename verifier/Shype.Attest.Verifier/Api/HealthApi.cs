using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Api;

/// <summary>
/// Whether the program lives, and whether it can work. It listens only after everything was loaded, so the first answer is the end of the start as well.
/// Strangers learn yes or no; who may look (a viewer) gets each part with its reason.
/// </summary>
internal static class HealthApi
{
    /// <summary>The routes.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").AllowAnonymous().RequireRateLimiting(RateLimits.Public);
        foreach (var address in Live)
        {
            group.MapGet(address, () => Microsoft.AspNetCore.Http.Results.Text("live\n"));
        }

        foreach (var address in Ready)
        {
            group.MapGet(address, ReadyAsync);
        }
    }

    /// <summary>The same without routes and roles, for the address of the metrics.</summary>
    public static Task AnswerStrangerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        { } path when !HttpMethods.IsGet(context.Request.Method) => Problems.Write(context, 405, ProblemTypes.NotFound, "Only GET is taken here."),
        { } path when Live.Contains(path, StringComparer.Ordinal) => SayAsync(context, true, "live"),
        { } path when Ready.Contains(path, StringComparer.Ordinal) => ReadyForStrangerAsync(context),
        _ => Problems.Write(context, 404, ProblemTypes.NotFound, "Here are metrics and health and nothing else."),
    };

    private static async Task<IResult> ReadyAsync(HttpContext context, Readiness readiness)
    {
        var report = await readiness.CheckAsync(context.RequestAborted);
        var status = report.Status == HealthStatus.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Lookers.Any(context.User.IsInRole)
            ? Answers.Json(Show(report), ServiceJson.Default.ReadinessReport, status)
            : Answers.Bytes(Encoding.ASCII.GetBytes(Word(report) + "\n"), Text, status);
    }

    private static async Task ReadyForStrangerAsync(HttpContext context)
    {
        var report = await context.RequestServices.GetRequiredService<Readiness>().CheckAsync(context.RequestAborted);
        await SayAsync(context, report.Status == HealthStatus.Healthy, Word(report));
    }

    private static Task SayAsync(HttpContext context, bool isWell, string word)
    {
        context.Response.StatusCode = isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Answers.WriteAsync(context, Text, Encoding.ASCII.GetBytes(word + "\n"));
    }

    private static ReadinessReport Show(HealthReport report) => new()
    {
        Ready = report.Status == HealthStatus.Healthy,
        Checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new ReadinessPart { Ready = entry.Value.Status == HealthStatus.Healthy, Reason = entry.Value.Description ?? "took too long" },
            StringComparer.Ordinal),
    };

    private static string Word(HealthReport report) => report.Status == HealthStatus.Healthy ? "ready" : "not ready";

    // The longer ones are the names of before.
    private static readonly string[] Live = ["/healthz", "/healthz/live"];
    private static readonly string[] Ready = ["/readyz", "/healthz/ready"];
    private static readonly string[] Lookers = [Roles.Viewer, Roles.Operator, Roles.Admin];
    private const string Text = "text/plain; charset=utf-8";
}

/// <summary>Whether a verifier can work.</summary>
internal sealed record ReadinessReport
{
    /// <summary>Whether all parts are well.</summary>
    public required bool Ready { get; init; }

    /// <summary>The parts: <c>store</c>, <c>schema</c>, <c>signing</c>, <c>feed</c>.</summary>
    public required IReadOnlyDictionary<string, ReadinessPart> Checks { get; init; }
}

/// <summary>One part of a verifier.</summary>
internal sealed record ReadinessPart
{
    /// <summary>Whether it is well.</summary>
    public required bool Ready { get; init; }

    /// <summary>Why, or why not.</summary>
    public required string Reason { get; init; }
}

/// <summary>The messages that are about the program and not of its protocol.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReadinessReport))]
internal sealed partial class ServiceJson : JsonSerializerContext;
