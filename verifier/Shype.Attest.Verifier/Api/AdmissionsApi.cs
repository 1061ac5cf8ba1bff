using System.Security.Cryptography;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>What operators decide about hosts that are still to come.</summary>
internal static class AdmissionsApi
{
    /// <summary>The routes.</summary>
    public static void MapAdmissions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/admissions").RequireAuthorization(Roles.Viewer);
        group.MapGet("/", ListAsync);
        group.MapPost("/invitations", InviteAsync).RequireAuthorization(Roles.Operator);
        group.MapPost("/keys", ExpectAsync).RequireAuthorization(Roles.Operator);
        group.MapDelete("/{id}", WithdrawAsync).RequireAuthorization(Roles.Operator);
        routes.MapPost("/v1/hosts/{name}/replace", ReplaceAsync).RequireAuthorization(Roles.Operator);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IAdmissionStore store, TimeProvider clock) =>
        Answers.Json(await store.ReadAdmissionsAsync(clock.GetUtcNow(), context.RequestAborted), ProtocolJson.Default.AdmissionList);

    private static async Task<IResult> InviteAsync(HttpContext context, IAdmissionStore store, CurrentAppraisalPolicies policies, TimeProvider clock)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.InvitationRequest);
        if (!message.TryGet(out var request, out var problem))
        {
            return problem;
        }

        var now = clock.GetUtcNow();
        var expires = request.Expires ?? now + DefaultLifetime;
        if (GroupProblem(request.Group, policies) is { } unknown)
        {
            return unknown;
        }

        if (request.Uses is < 1 or > MaxUses || expires <= now || expires > now + MaxLifetime)
        {
            return Problems.Malformed(request.Uses is < 1 or > MaxUses ? "$.uses" : "$.expires", $"1 to {MaxUses} uses within the next {MaxLifetime.TotalDays:0} days are possible");
        }

        var token = Base64UrlText.Encode(RandomNumberGenerator.GetBytes(32));
        var digest = TokenDigest.Of(token).ToBytes();
        var invitation = new Invitation
        {
            Id = Convert.ToHexStringLower(digest.AsSpan(0, 6)), Group = request.Group, UsesLeft = request.Uses, Expires = expires, By = Caller.Name(context),
        };
        await store.InviteAsync(invitation, digest, now, context.RequestAborted);
        return Answers.Json(invitation with { Token = token }, ProtocolJson.Default.Invitation);
    }

    private static async Task<IResult> ExpectAsync(HttpContext context, IAdmissionStore store, CurrentAppraisalPolicies policies, TimeProvider clock)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.ExpectRequest);
        if (!message.TryGet(out var request, out var problem))
        {
            return problem;
        }

        if (GroupProblem(request.Group, policies) is { } unknown)
        {
            return unknown;
        }

        List<ExpectedKey> keys = [];
        foreach (var text in request.Keys)
        {
            if (!ExpectedKeys.TryNormalise(text, out var key))
            {
                return Problems.Malformed($"$.keys[{keys.Count}]", "is neither a SHA-256 in hex nor serial:HEX");
            }

            keys.Add(new ExpectedKey { Key = key, Group = request.Group, By = Caller.Name(context) });
        }

        await store.ExpectAsync(keys, clock.GetUtcNow(), context.RequestAborted);
        return await ListAsync(context, store, clock);
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, string id, IAdmissionStore store, TimeProvider clock) =>
        await store.WithdrawAsync(ExpectedKeys.TryNormalise(id, out var key) ? key : id, Caller.Name(context), clock.GetUtcNow(), context.RequestAborted)
            ? await ListAsync(context, store, clock)
            : Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No invitation and no expected TPM is called so: shype host admissions shows them.");

    private static async Task<IResult> ReplaceAsync(HttpContext context, string name, HostDirectory hosts, LiveHosts live, IAttestationStore store,
        TrustStore trust, TimeProvider clock, ILogger<HostDirectory> log)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.ReplaceRequest);
        if (!message.TryGet(out var request, out var problem))
        {
            return problem;
        }

        if (request.EkFingerprint.Contains(':', StringComparison.Ordinal) || !ExpectedKeys.TryNormalise(request.EkFingerprint, out var fingerprint))
        {
            return Problems.Malformed("$.ekFingerprint", "is not a SHA-256 in hex");
        }

        if (hosts.Find(name) is not { } old)
        {
            return Problems.HostUnknown;
        }

        if (hosts.Find(HostIds.Of(Convert.FromHexString(fingerprint))) is { } known)
        {
            return Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.EnrolmentRefused,
                $"The TPM with this endorsement key is enrolled already, as {known.Record.Name}: one TPM is one host.");
        }

        var retired = $"{old.Record.Name[..Math.Min(old.Record.Name.Length, MaxKeptCharacters)]}.replaced-{old.Record.Id[..8]}";
        var replacement = new HostReplacement(old.Record.Id, retired, fingerprint, Caller.Name(context), clock.GetUtcNow());
        if (await hosts.ReplaceAsync(replacement, context.RequestAborted) is not { } changed)
        {
            return Problems.HostUnknown;
        }

        live.Drop(changed.Record.Id);
        log.StateChanged(changed.Record.Id, HostState.Revoked, changed.Record.Reason);
        return await HostsApi.DetailAsync(changed, live, store, trust, context.RequestAborted);
    }

    private static ProblemResult? GroupProblem(string group, CurrentAppraisalPolicies policies) =>
        group == AppraisalPolicy.DefaultGroup || policies.Current.ContainsKey(group)
            ? null
            : Problems.Malformed("$.group", $"'{group}' has no appraisal policy: activate one for it first (shype appraisal-policy activate FILE)");

    private const int MaxUses = 10_000;
    private const int MaxKeptCharacters = 100;
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(7);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(366);
}
