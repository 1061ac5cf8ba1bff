using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Auditing;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>Who decided what, and the proof that nothing of it was changed.</summary>
internal static class AuditApi
{
    /// <summary>The routes.</summary>
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/audit").RequireAuthorization(Roles.Viewer);
        group.MapGet("/", ListAsync);
        group.MapGet("/head", HeadAsync);
        group.MapGet("/verify", VerifyAsync).DisableRequestTimeout();
        group.MapGet("/export", (AuditService audit) => new ExportResult(audit)).DisableRequestTimeout();
    }

    private static async Task<IResult> ListAsync(HttpContext context, long? before, string? subject, IAuditStore store)
    {
        var page = await store.ReadAuditBeforeAsync(before ?? long.MaxValue, subject, PageSize + 1, context.RequestAborted);
        return Answers.Json(
            new AuditList { Records = [.. page.Take(PageSize)], Next = page.Count > PageSize ? page[PageSize - 1].Number : null }, ProtocolJson.Default.AuditList);
    }

    private static async Task<IResult> HeadAsync(HttpContext context, AuditService audit) =>
        Answers.Bytes(System.Text.Encoding.ASCII.GetBytes(await audit.SignAsync(context.RequestAborted)), MediaTypes.Jwt);

    private static async Task<IResult> VerifyAsync(HttpContext context, AuditService audit, IAuditStore store)
    {
        var problem = await audit.FindBreakAsync(context.RequestAborted);
        var top = await store.ReadAuditTopAsync(context.RequestAborted);
        return Answers.Json(
            new AuditCheck
            {
                Holds = problem is null,
                Records = top.Number,
                Problem = problem,
                // Nothing is signed that is known to be wrong.
                Head = problem is null ? await audit.SignAsync(context.RequestAborted) : null,
            },
            ProtocolJson.Default.AuditCheck);
    }

    // Internal, since the delegates of routes are made in another class.
    internal sealed class ExportResult(AuditService audit) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = MediaTypes.JsonLines;
            return audit.ExportAsync(httpContext.Response.Body, httpContext.RequestAborted);
        }
    }

    private const int PageSize = 500;
}
