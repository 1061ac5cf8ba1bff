using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Api;

/// <summary>What agents do: take challenges, show evidence. Each speaks for its own host.</summary>
internal static class EvidenceApi
{
    /// <summary>The routes.</summary>
    public static void MapEvidence(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup($"/v1/hosts/{{{Roles.HostRouteValue}}}").RequireAuthorization(Roles.Agent);
        group.MapGet("/challenge", ChallengeAsync);
        group.MapGet("/challenges", ChallengesAsync).DisableRequestTimeout();
        group.MapPost("/evidence", EvidenceAsync).RequireRateLimiting(RateLimits.Evidence);
    }

    private static async Task<IResult> ChallengeAsync(HttpContext context, string id, HostDirectory hosts, AttestationService service)
    {
        var host = hosts.Find(id)!;
        return Problems.NotAdmitted(host.Record.State) is { } refused
            ? refused
            : Answers.Json(await service.ChallengeAsync(host, context.RequestAborted), ProtocolJson.Default.Challenge);
    }

    private static IResult ChallengesAsync(string id, HostDirectory hosts, AttestationService service, LiveHosts live, Exchange exchange,
        IHostApplicationLifetime lifetime, ILogger<ChallengeStream> log)
    {
        var host = hosts.Find(id)!;
        return Problems.NotAdmitted(host.Record.State) is { } refused ? refused : new ChallengeStream(host, service, live, exchange, lifetime, log);
    }

    private static async Task<IResult> EvidenceAsync(HttpContext context, string id, HostDirectory hosts, AttestationService service)
    {
        var host = hosts.Find(id)!;
        if (Problems.NotAdmitted(host.Record.State) is { } refused)
        {
            return refused;
        }

        using var place = host.TryTakePlace();
        return place is null
            ? Problems.Of(StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Evidence of this host is being read already: one after the other.")
            : await AppraiseAsync(context, host, service);
    }

    private static async Task<IResult> AppraiseAsync(HttpContext context, HostEntry host, AttestationService service)
    {
        var (body, unread) = await RequestBody.ReadAsync(context, MediaTypes.CmwCbor, ProtocolLimits.MaxEvidenceBytes, nameof(ProtocolLimits.MaxEvidenceBytes));
        if (body is null)
        {
            return unread!;
        }

        if (!TryDecode(body, out var evidence, out var malformed))
        {
            return malformed;
        }

        // Wrong evidence is an answer like any other: 200 with a result that says no.
        return await service.AppraiseAsync(host, evidence, body, context.RequestAborted) is { } token
            ? Answers.Token(token)
            : Problems.NotAdmitted(host.Record.State) ?? Problems.Internal;
    }

    private static bool TryDecode(byte[] body, [NotNullWhen(true)] out Evidence? evidence, [NotNullWhen(false)] out ProblemResult? refused)
    {
        using var span = Telemetry.Span(TelemetrySpan.Decode);
        refused = Evidence.TryDecode(body, out evidence, out var malformed) ? null : Problems.Malformed(malformed);
        return refused is null;
    }
}

/// <summary>
/// Challenges as server-sent events. Written by hand, because keep-alives are comments, which the framework's result does not write.
/// </summary>
internal sealed class ChallengeStream(
    HostEntry host, AttestationService service, LiveHosts live, Exchange exchange, IHostApplicationLifetime lifetime, ILogger<ChallengeStream> log) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, lifetime.ApplicationStopping);
        var connection = live.Connect(host.Record.Id);
        log.AgentConnected(host.Record.Id);
        try
        {
            httpContext.Response.ContentType = MediaTypes.EventStream;
            await WriteAsync(httpContext.Response, ": connected\n\n"u8.ToArray(), ending.Token);
            // Revoked while it connected, a host would be dropped before it was there.
            while (host.Record.State == HostState.Enrolled)
            {
                if (!await connection.WaitAsync(KeepAlive, ending.Token))
                {
                    await WriteAsync(httpContext.Response, ": keep-alive\n\n"u8.ToArray(), ending.Token);
                    continue;
                }

                var challenge = await service.ChallengeAsync(host, ending.Token);
                if (connection.TrySend(challenge.Nonce, out var questions))
                {
                    // Before it goes out: whoever gets the evidence says so after that, and those who asked elsewhere must know by then what to listen for.
                    await exchange.TellSentAsync(host.Record.Id, challenge.Nonce, questions);
                    var data = JsonSerializer.SerializeToUtf8Bytes(challenge, ProtocolJson.Default.Challenge);
                    await WriteAsync(httpContext.Response, [.. "event: challenge\ndata: "u8, .. data, .. "\n\n"u8], ending.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent hung up, came anew, was revoked, or the verifier stops: each is an end like any other.
        }
        finally
        {
            live.Disconnect(host.Record.Id, connection);
            log.AgentDisconnected(host.Record.Id);
        }
    }

    private static async Task WriteAsync(HttpResponse response, byte[] text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
}
