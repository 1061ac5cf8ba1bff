using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Rats;
using Results = Shype.Attest.Verifier.Attestation.Results;

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

    private static async Task<IResult> VmAsync(HttpContext context, string name, Asking asking, Results results)
    {
        var (question, form, problem) = await ReadAsync(context);
        return question is null ? problem!
            : name.Length > ProtocolLimits.MaxNameCharacters ? Problems.Of(AskFailure.VmUnknown)
            : Answer(await asking.VmAsync(name, question, context.RequestAborted), form, results);
    }

    private static async Task<IResult> HostAsync(HttpContext context, string name, HostDirectory hosts, Asking asking, Results results)
    {
        var (question, form, problem) = await ReadAsync(context);
        return question is null ? problem!
            : hosts.Find(name) is not { } host ? Problems.HostUnknown
            : Problems.NotAdmitted(host.Record.State) ?? Answer(await asking.HostAsync(host, question, context.RequestAborted), form, results);
    }

    private static async Task<(Question? Question, EarForm Form, IResult? Problem)> ReadAsync(HttpContext context)
    {
        if (!Negotiation.TryForm(context.Request, out var form))
        {
            return (null, EarForm.Default, Problems.Of(StatusCodes.Status406NotAcceptable, ProblemTypes.NotAcceptable,
                $"The answer is {MediaTypes.EatJwt} or {MediaTypes.EatCwt} in a profile that is known, which the request's Accept does not take."));
        }

        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.AttestRequest);
        if (!message.TryGet(out var request, out var problem))
        {
            return (null, form, problem);
        }

        if (request.Nonce.Length is < ProtocolLimits.MinNonceBytes or > ProtocolLimits.MaxNonceBytes)
        {
            return (null, form, Problems.Malformed("$.nonce",
                $"{request.Nonce.Length} bytes; a nonce has {ProtocolLimits.MinNonceBytes} to {ProtocolLimits.MaxNonceBytes} (RFC 9711, eat_nonce)"));
        }

        return DemandJson.TryRead(request, out var demands, out var refused)
            ? (new Question(request.Nonce, demands), form, null)
            : (null, form, Problems.Malformed(refused.Member, refused.Problem));
    }

    private static IResult Answer(Asked asked, EarForm form, Results results) =>
        asked.Token is not { } token ? Problems.Of(asked.Failure!.Value)
        : form == EarForm.Default ? Answers.Token(token)
        : results.Convert(token, form) is { } converted ? Answers.Result(converted)
        : Problems.Internal;
}
