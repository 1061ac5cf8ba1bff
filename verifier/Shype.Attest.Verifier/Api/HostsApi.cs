using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
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

    private static async Task<IResult> ApproveAsync(HttpContext context, string name, HostDirectory hosts, LiveHosts live, IAttestationStore store,
        TrustStore trust, VerifierOptions options, TimeProvider clock, ILogger<HostDirectory> log)
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

        if (hosts.Find(name) is not { } host)
        {
            return Problems.HostUnknown;
        }

        var known = Convert.ToHexStringLower(host.Record.EkDigest);
        if (request.EkFingerprint is null && PinnedKeys.NeedsFingerprint(host.Record.EnrolmentFindings, options))
        {
            return Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.FingerprintNeeded,
                $"Nobody certified this host's endorsement key. Read the key's SHA-256 on the machine itself, and approve with it: shype host approve {host.Record.Name} --ek-fingerprint SHA256.");
        }

        return request.EkFingerprint is { } fingerprint && !string.Equals(fingerprint, known, StringComparison.OrdinalIgnoreCase)
            ? Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.FingerprintNeeded,
                $"The host enrolled with the endorsement key {known}, which is not the one that you named: this is another TPM.")
            : await ChangeAsync(context, name, HostState.Enrolled, null, hosts, live, store, trust, clock, log, request.EkFingerprint is null ? null : "ek=" + known);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, string name, HostDirectory hosts, LiveHosts live, IAttestationStore store,
        TrustStore trust, TimeProvider clock, ILogger<HostDirectory> log)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.RevokeRequest);
        return !message.TryGet(out var request, out var problem) ? problem
            : request.Reason.Length is 0 or > MaxReasonCharacters ? Problems.Malformed("$.reason", $"has 1 to {MaxReasonCharacters} characters")
            : await ChangeAsync(context, name, HostState.Revoked, request.Reason, hosts, live, store, trust, clock, log);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, string name, HostState state, string? reason, HostDirectory hosts, LiveHosts live,
        IAttestationStore store, TrustStore trust, TimeProvider clock, ILogger<HostDirectory> log, string? proof = null)
    {
        if (hosts.Find(name) is not { } host)
        {
            return Problems.HostUnknown;
        }

        var change = new StateChange(host.Record.Id, state, reason, Caller.Name(context), clock.GetUtcNow()) { Proof = proof };
        if (await hosts.SetStateAsync(change, context.RequestAborted) is not { } changed)
        {
            return Problems.HostUnknown;
        }

        if (state == HostState.Revoked)
        {
            live.Drop(changed.Record.Id);
        }

        log.StateChanged(changed.Record.Id, state, reason);
        return await DetailAsync(changed, live, store, trust, context.RequestAborted);
    }

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
    private const int MaxReasonCharacters = 500;
}
