using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>The appraisal policies: one document for each group of hosts, replaced only by who has seen the version before; and who is in which group.</summary>
internal static class AppraisalPoliciesApi
{
    /// <summary>The routes.</summary>
    public static void MapAppraisalPolicies(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/appraisal-policies").RequireAuthorization(Roles.Viewer);
        group.MapGet("/", ListAsync);
        group.MapGet("/{group}", ReadAsync);
        group.MapPut("/{group}", ReplaceAsync).RequireAuthorization(Roles.Operator);
        routes.MapPost("/v1/hosts/{name}/group", MoveAsync).RequireAuthorization(Roles.Operator);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IAttestationStore store) => Answers.Json(
        new AppraisalPolicyList
        {
            Policies = [.. (await store.ReadAppraisalPoliciesAsync(context.RequestAborted)).Select(policy => new AppraisalPolicySummary
            {
                Group = policy.Group,
                Version = policy.Version,
                Name = policy.Name,
                Digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(policy.Document)),
                At = policy.At,
                By = policy.Actor,
            })],
        },
        ProtocolJson.Default.AppraisalPolicyList);

    private static async Task<IResult> ReadAsync(HttpContext context, string group, long? version, CurrentAppraisalPolicies policies, IAttestationStore store)
    {
        var wanted = version ?? policies.Of(group).Version;
        if ((await store.ReadAppraisalPoliciesAsync(context.RequestAborted)).FirstOrDefault(policy => policy.Group == group && policy.Version == wanted) is not { } found)
        {
            // The tag of nothing, so that a first document can be written under the same rule as every later one.
            context.Response.Headers.ETag = ETags.Of(0);
            return Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound,
                "There is no such appraisal policy. For a group without one the built-in rules are in force (docs/appraisal-policy.md).");
        }

        context.Response.Headers.ETag = ETags.Of(found.Version);
        return Answers.Bytes(found.Document, MediaTypes.Yaml);
    }

    private static async Task<IResult> ReplaceAsync(HttpContext context, string group, CurrentAppraisalPolicies policies, TimeProvider clock,
        ILogger<CurrentAppraisalPolicies> log)
    {
        if (ETags.VersionIn(context.Request.Headers.IfMatch) is not { } expected)
        {
            return Problems.Of(StatusCodes.Status428PreconditionRequired, ProblemTypes.VersionConflict,
                $"Say which version you replace, with the ETag of GET /v1/appraisal-policies/{group}: If-Match: \"VERSION\"; \"0\" where there is none.");
        }

        var (body, unread) = await RequestBody.ReadAsync(context, MediaTypes.Yaml, AppraisalLimits.MaxAppraisalPolicyBytes, nameof(AppraisalLimits.MaxAppraisalPolicyBytes));
        if (body is null)
        {
            return unread!;
        }

        if (!AppraisalPolicy.TryRead("body", body, out var policy, out var problem))
        {
            return Problems.Malformed(problem.Position.ToString(), problem.Problem);
        }

        if (policy.Group != group)
        {
            return Problems.Malformed("group", $"the document is for the group '{policy.Group}', the address names '{group}'");
        }

        if (await policies.ReplaceAsync(policy, expected, Caller.Name(context), clock.GetUtcNow(), context.RequestAborted) is not { } replaced)
        {
            return Problems.Of(StatusCodes.Status412PreconditionFailed, ProblemTypes.VersionConflict,
                $"The appraisal policy of '{group}' is version {policies.Of(group).Version} by now, not {expected}: read it again, then edit that.");
        }

        log.AppraisalPolicyReplaced(group, replaced.Version);
        context.Response.Headers.ETag = ETags.Of(replaced.Version);
        return Answers.Bytes(policy.Document.ToArray(), MediaTypes.Yaml);
    }

    // Before a host is moved its new policy must be there: to be judged by nothing but the built-in rules is what nobody means by a group.
    private static async Task<IResult> MoveAsync(HttpContext context, string name, HostDirectory hosts, CurrentAppraisalPolicies policies, LiveHosts live,
        TimeProvider clock, IAttestationStore store, TrustStore trust, ILogger<CurrentAppraisalPolicies> log)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.GroupRequest);
        if (!message.TryGet(out var request, out var unread))
        {
            return unread;
        }

        if (hosts.Find(name) is not { } host)
        {
            return Problems.HostUnknown;
        }

        if (request.Group != AppraisalPolicy.DefaultGroup && !policies.Current.ContainsKey(request.Group))
        {
            return Problems.Malformed("$.group", $"'{request.Group}' has no appraisal policy: activate one for it first (shype appraisal-policy activate FILE)");
        }

        if (await hosts.SetGroupAsync(host.Record.Id, request.Group, Caller.Name(context), clock.GetUtcNow(), context.RequestAborted) is not { } moved)
        {
            return Problems.HostUnknown;
        }

        log.HostMoved(moved.Record.Id, request.Group);
        return await HostsApi.DetailAsync(moved, live, store, trust, context.RequestAborted);
    }
}
