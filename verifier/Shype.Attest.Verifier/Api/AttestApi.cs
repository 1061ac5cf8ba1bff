using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Api;

/// <summary>What relying parties ask: is this VM, is this host what I think it is, now?</summary>
internal static class AttestApi
{
    /// <summary>The routes.</summary>
    public static void MapAttest(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/attest").RequireAuthorization(Roles.RelyingParty).AddEndpointFilter(Telemetry.AskAsync);
        group.MapPost("/vm/{name}", VmAsync).DisableRequestTimeout();
        group.MapPost("/host/{name}", HostAsync).DisableRequestTimeout();
    }

    private static async Task<IResult> VmAsync(HttpContext context, string name, Asking asking)
    {
        var (question, problem) = await ReadAsync(context);
        return question is null ? problem!
            : name.Length > ProtocolLimits.MaxNameCharacters ? Problems.Of(AskFailure.VmUnknown)
            : Answer(await asking.VmAsync(name, question, context.RequestAborted));
    }

    private static async Task<IResult> HostAsync(HttpContext context, string name, HostDirectory hosts, Asking asking)
    {
        var (question, problem) = await ReadAsync(context);
        return question is null ? problem!
            : hosts.Find(name) is not { } host ? Problems.HostUnknown
            : Problems.NotAdmitted(host.Record.State) ?? Answer(await asking.HostAsync(host, question, context.RequestAborted));
    }

    private static async Task<(Question? Question, IResult? Problem)> ReadAsync(HttpContext context)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.AttestRequest);
        if (!message.TryGet(out var request, out var problem))
        {
            return (null, problem);
        }

        if (request.Nonce.Length is < ProtocolLimits.MinNonceBytes or > ProtocolLimits.MaxNonceBytes)
        {
            return (null, Problems.Malformed("$.nonce",
                $"{request.Nonce.Length} bytes; a nonce has {ProtocolLimits.MinNonceBytes} to {ProtocolLimits.MaxNonceBytes} (RFC 9711, eat_nonce)"));
        }

        return DemandJson.TryRead(request, out var demands, out var refused)
            ? (new Question(request.Nonce, demands), null)
            : (null, Problems.Malformed(refused.Member, refused.Problem));
    }

    private static IResult Answer(Asked asked) => asked.Token is { } token ? Answers.Token(token) : Problems.Of(asked.Failure!.Value);
}
