using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>What operators see and decide about hosts.</summary>
internal static class HostsApi
{
    /// <summary>The routes.</summary>
    public static void MapHosts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/hosts").RequireAuthorization(Roles.Viewer);
        group.MapGet("/", ListAsync);
        group.MapGet("/{name}", ShowAsync);
        group.MapGet("/{name}/verdict", VerdictAsync);
        group.MapPost("/{name}/approve", ApproveAsync).RequireAuthorization(Roles.Operator);
        group.MapPost("/{name}/revoke", RevokeAsync).RequireAuthorization(Roles.Operator);
    }

    // The states of the watch, and "enrolled" as always: all that may speak.
    private static async Task<IResult> ListAsync(HttpContext context, string? state, string? after, HostDirectory hosts, LiveHosts live, IWatchStore watch)
    {
        WatchState? wanted = state switch
        {
            "pending" => WatchState.Pending,
            "trusted" => WatchState.Trusted,
            "degraded" => WatchState.Degraded,
            "failed" => WatchState.Failed,
            "unreachable" => WatchState.Unreachable,
            "revoked" => WatchState.Revoked,
            _ => null,
        };
        HostState? admitted = state == "enrolled" ? HostState.Enrolled : null;
        if (state is not null && wanted is null && admitted is null)
        {
            return Problems.Malformed("state", "is pending, enrolled, trusted, degraded, failed, unreachable or revoked");
        }

        var (page, next) = await PageAsync(wanted, admitted, after, hosts, watch, context.RequestAborted);
        return Answers.Json(
            new HostList
            {
                // A host that another verifier took in this moment is not known here yet.
                Hosts = [.. page.Select(one => hosts.Find(one.HostId) is { } host ? Summary(host.Record, one.Status, live) : null).OfType<HostSummary>()],
                Next = next,
            },
            ProtocolJson.Default.HostList);
    }

    private static async Task<(IEnumerable<WatchedHost> Page, string? Next)> PageAsync(
        WatchState? wanted, HostState? admitted, string? after, HostDirectory hosts, IWatchStore watch, CancellationToken cancellationToken)
    {
        IReadOnlyList<WatchedHost> found;
        if (admitted is null)
        {
            found = await watch.ReadWatchAsync(new WatchFilter(wanted, after, PageSize + 1), cancellationToken);
        }
        else
        {
            var ids = hosts.List(admitted, after, PageSize + 1).Select(host => host.Id).ToList();
            var statuses = await watch.ReadWatchAsync(ids, cancellationToken);
            found = [.. ids.Where(statuses.ContainsKey).Select(id => new WatchedHost(id, statuses[id]))];
        }

        return (found.Take(PageSize), found.Count > PageSize ? found[PageSize - 1].HostId : null);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, string name, HostDirectory hosts, LiveHosts live, IAttestationStore store, TrustStore trust) =>
        hosts.Find(name) is { } host ? await DetailAsync(host, live, store, trust, context.RequestAborted) : Problems.HostUnknown;

    private static async Task<IResult> VerdictAsync(HttpContext context, string name, HostDirectory hosts, IAttestationStore store) =>
        hosts.Find(name) is not { } host ? Problems.HostUnknown
        : await store.ReadLastResultAsync(host.Record.Id, context.RequestAborted) is { } token ? Answers.Token(token)
        : Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "This host has not shown evidence yet.");

    private static async Task<IResult> ApproveAsync(HttpContext context, string name, HostDecisions decisions, LiveHosts live, IAttestationStore store, TrustStore trust)
    {
        var request = new ApproveRequest();
        if (context.Request.ContentType is not null)
        {
            var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.ApproveRequest);
            if (!message.TryGet(out request, out var problem))
            {
                return problem;
            }
        }

        return await AnswerAsync(context, await decisions.ApproveAsync(context, name, request.EkFingerprint), live, store, trust);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, string name, HostDecisions decisions, LiveHosts live, IAttestationStore store, TrustStore trust)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.RevokeRequest);
        return !message.TryGet(out var request, out var problem) ? problem
            : await AnswerAsync(context, await decisions.RevokeAsync(context, name, request.Reason), live, store, trust);
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, HostDecision decision, LiveHosts live, IAttestationStore store, TrustStore trust) =>
        decision.Problem is { } problem ? problem : await DetailAsync(decision.Host!, live, store, trust, context.RequestAborted);

    /// <summary>A host with all that is kept about it.</summary>
    public static async Task<IResult> DetailAsync(HostEntry host, LiveHosts live, IAttestationStore store, TrustStore trust, CancellationToken cancellationToken)
    {
        var record = host.Record;
        var watch = await store.ReadWatchAsync([record.Id], cancellationToken);
        var vms = await store.ReadVmsAsync(record.Id, cancellationToken);
        var request = await store.ReadRequestAsync(record.Id, cancellationToken);
        return Answers.Json(
            new HostDetail
            {
                Host = Summary(record, watch.GetValueOrDefault(record.Id), live),
                Enrolled = record.EnrolledAt,
                EkDigest = Convert.ToHexStringLower(record.EkDigest),
                AkName = Convert.ToHexStringLower(record.AkName),
                EkIssuer = record.EkIssuer,
                Tpm = request is null ? null : EnrolledHost.Describe(request, trust.Policy),
                EnrolmentFindings = [.. KeptFindings.Read(record.EnrolmentFindings).Select(finding => finding.ToResult())],
                Reason = record.Reason,
                Vms = [.. vms.Select(vm => new ResultVm { Uuid = vm.Uuid.ToString("D"), Name = vm.Name, Label = vm.Label, Running = true })],
            },
            ProtocolJson.Default.HostDetail);
    }

    private static HostSummary Summary(HostRecord host, WatchStatus? watch, LiveHosts live) => new()
    {
        Id = host.Id,
        Name = host.Name,
        State = host.State,
        Status = host.Status,
        LastSeen = host.SeenAt,
        Boot = host.Boot,
        EkFingerprint = Convert.ToHexStringLower(host.EkDigest),
        Vms = host.Vms,
        Connected = live.IsConnected(host.Id),
        Group = host.PolicyGroup,
        Watch = watch,
    };

    private const int PageSize = 1000;
}
