using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>How hosts become known. Anybody may ask; only a TPM can finish.</summary>
internal static class EnrolmentApi
{
    /// <summary>The routes.</summary>
    public static void MapEnrolment(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/enrol").AllowAnonymous().RequireRateLimiting(RateLimits.Enrolment).AddEndpointFilter(Telemetry.EnrolAsync);
        group.MapPost("/", BeginAsync);
        group.MapPost("/{id}/activate", ActivateAsync);
    }

    private static async Task<IResult> BeginAsync(HttpContext context, EnrolmentService service)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.EnrolmentRequest);
        if (!message.TryGet(out var request, out var problem) || !IsWithinLimits(request, out problem))
        {
            return problem;
        }

        var (challenge, findings) = await service.BeginAsync(request, context.RequestAborted);
        return challenge is null ? Problems.Refused(findings) : Answers.Json(challenge, ProtocolJson.Default.EnrolmentChallenge);
    }

    private static async Task<IResult> ActivateAsync(HttpContext context, string id, EnrolmentService service)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.EnrolmentActivation);
        if (!message.TryGet(out var activation, out var problem))
        {
            return problem;
        }

        if (activation.Invitation?.Length > MaxInvitationCharacters)
        {
            return Problems.Malformed("$.invitation", $"has more than {MaxInvitationCharacters} characters");
        }

        return await service.ActivateAsync(id, activation, context.RequestAborted) switch
        {
            { IsKnown: false } => Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.EnrolmentUnknown,
                "This enrolment is unknown, was answered already, or is too late: enrol again."),
            { IsProven: false } => Problems.Of(StatusCodes.Status403Forbidden, ProblemTypes.ActivationFailed,
                "The answer does not prove that attestation key and endorsement key are in one TPM: enrol again."),
            { Outcome: { Host: { } host } } => Answers.Json(new EnrolmentResult { HostId = host.Id, State = host.State }, ProtocolJson.Default.EnrolmentResult),
            { Outcome.Verdict: EnrolmentVerdict.NameTaken } => Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.HostNameTaken,
                "Another TPM has this host name: choose another name. The attempt was recorded."),
            { Outcome.Verdict: EnrolmentVerdict.KnownByOtherName } => Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.EnrolmentRefused,
                "This TPM is enrolled under another host name: use that one. The attempt was recorded."),
            { Outcome.Verdict: EnrolmentVerdict.InvitationRefused } => Problems.Of(StatusCodes.Status403Forbidden, ProblemTypes.InvitationRefused,
                "The invitation is unknown, used up or too old: ask an operator for another, or enrol without one. The attempt was recorded."),
            _ => Problems.NotAdmitted(HostState.Revoked)!,
        };
    }

    private static bool IsWithinLimits(EnrolmentRequest request, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out ProblemResult? problem)
    {
        problem = request switch
        {
            { EkCertificates.Count: > ProtocolLimits.MaxEkCertificates } => Over("ekCertificates", nameof(ProtocolLimits.MaxEkCertificates)),
            { EkPublic.Length: > ProtocolLimits.MaxPublicBytes } => Over("ekPublic", nameof(ProtocolLimits.MaxPublicBytes)),
            { AkPublic.Length: > ProtocolLimits.MaxPublicBytes } => Over("akPublic", nameof(ProtocolLimits.MaxPublicBytes)),
            { HostName.Length: > ProtocolLimits.MaxNameCharacters } => Over("hostName", nameof(ProtocolLimits.MaxNameCharacters)),
            _ when request.EkCertificates.Any(certificate => certificate is null) => Problems.Malformed("ekCertificates", "an entry is null"),
            _ when request.EkCertificates.Any(certificate => certificate.Length > ProtocolLimits.MaxEkCertificateBytes) =>
                Over("ekCertificates", nameof(ProtocolLimits.MaxEkCertificateBytes)),
            { AkCertificates.Count: > ProtocolLimits.MaxAkCertificates } => Over("akCertificates", nameof(ProtocolLimits.MaxAkCertificates)),
            _ when request.AkCertificates.Any(certificate => certificate is null) => Problems.Malformed("akCertificates", "an entry is null"),
            _ when request.AkCertificates.Any(certificate => certificate.Length > ProtocolLimits.MaxEkCertificateBytes) =>
                Over("akCertificates", nameof(ProtocolLimits.MaxEkCertificateBytes)),
            _ => null,
        };
        return problem is null;
    }

    private const int MaxInvitationCharacters = 128;

    private static ProblemResult Over(string member, string limit) => Problems.Malformed(new ProtocolProblem("$." + member, 0, $"is over the limit {limit}", limit));
}
