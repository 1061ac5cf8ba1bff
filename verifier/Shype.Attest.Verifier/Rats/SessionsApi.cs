using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using Results = Shype.Attest.Verifier.Attestation.Results;

namespace Shype.Attest.Verifier.Rats;

/// <summary>Veraison's challenge-response interface, version 1, to the letter of its deployed clients (docs/rats-api.md).</summary>
internal static class SessionsApi
{
    /// <summary>The address that opens a session.</summary>
    public const string NewSession = Root + "/newSession";

    /// <summary>The routes.</summary>
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).RequireAuthorization(Roles.Attester).RequireRateLimiting(RateLimits.Sessions);
        group.MapPost("/newSession", OpenAsync);
        group.MapPost("/session/{id}", SubmitAsync);
        group.MapGet("/session/{id}", ReadAsync);
        group.MapDelete("/session/{id}", DeleteAsync);
    }

    private static async Task<IResult> OpenAsync(HttpContext context, Sessions sessions, HostDirectory hosts)
    {
        if (!Negotiation.Takes(context.Request, MediaTypes.VeraisonSession))
        {
            return NotAcceptable(MediaTypes.VeraisonSession);
        }

        if (AgentOf(context) is { } id && Problems.NotAdmitted(hosts.Find(id)!.Record.State) is { } refused)
        {
            return refused;
        }

        if (!TryReadNonce(context.Request.Query, out var nonce, out var problem))
        {
            return problem!;
        }

        if (!Negotiation.TryProfile(context.Request.Query["eat_profile"], out var profile))
        {
            return Problems.Malformed("eat_profile", $"{AttestationResult.VeraisonProfile} and {AttestationResult.IetfProfile} are known");
        }

        if (await sessions.OpenAsync(Owner(context), nonce, profile, context.RequestAborted) is not { } session)
        {
            return Problems.Of(StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Too many sessions are open: end some, or wait until they expire.");
        }

        // Relative, and read against this address, as every client of this interface does.
        context.Response.Headers.Location = "session/" + session.Id;
        return Answer(session, StatusCodes.Status201Created);
    }

    // Veraison's order of checks: Accept, body, wrapper, media type, id, session.
    private static async Task<IResult> SubmitAsync(HttpContext context, string id, Sessions sessions)
    {
        if (!Negotiation.Takes(context.Request, MediaTypes.VeraisonSession))
        {
            return NotAcceptable(MediaTypes.VeraisonSession);
        }

        using var place = sessions.TryTakePlace();
        if (place is null)
        {
            return Problems.Of(StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Too much evidence is being read at this moment: try again.");
        }

        var sent = RequestBody.TypeOf(context.Request);
        var (body, unread) = await RequestBody.ReadAsync(context, sent, ProtocolLimits.MaxEvidenceBytes, nameof(ProtocolLimits.MaxEvidenceBytes));
        if (body is not { Length: > 0 })
        {
            return unread ?? Problems.Malformed("body", "is empty");
        }

        if (EvidenceEnvelope.Open(sent, body, out var malformed) is not { } envelope)
        {
            context.Response.Headers.Accept = string.Join(", ", EvidenceEnvelope.Accepted);
            return malformed is null
                ? Problems.Of(StatusCodes.Status415UnsupportedMediaType, ProblemTypes.UnsupportedMediaType, $"This is none of {string.Join(", ", EvidenceEnvelope.Accepted)}.")
                : Problems.Malformed(malformed);
        }

        if (await FindAsync(context, id, sessions) is not { } session)
        {
            return NoSession(id);
        }

        return await sessions.SubmitAsync(session, AgentOf(context), envelope, context.RequestAborted) switch
        {
            { Session: { Status: SessionStatus.Complete } complete } => Answer(complete, StatusCodes.Status200OK),
            { Session: not null } => Problems.Of(StatusCodes.Status500InternalServerError, ProblemTypes.Internal, "error encountered while processing evidence"),
            { Malformed: { } unreadable } => Problems.Malformed(unreadable),
            _ => Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.SessionState, "The session's nonce was answered already, and is answered once: open another session."),
        };
    }

    private static async Task<IResult> ReadAsync(HttpContext context, string id, Sessions sessions, Results results)
    {
        var isSession = Negotiation.Takes(context.Request, MediaTypes.VeraisonSession);
        EarForm? form = null;
        if (!isSession && !Negotiation.TryForm(context.Request, out form))
        {
            return NotAcceptable(MediaTypes.VeraisonSession, MediaTypes.EatJwt, MediaTypes.EatCwt);
        }

        if (await FindAsync(context, id, sessions) is not { } session)
        {
            return NoSession(id);
        }

        return isSession ? Answer(session, StatusCodes.Status200OK)
            : session.Result is { } token && results.Convert(token, form!) is { } result ? Answers.Result(result)
            : Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.SessionState, "The session has no result that is still valid.");
    }

    // As at Veraison nobody is told whether there was one: what is another's stays.
    private static async Task<IResult> DeleteAsync(HttpContext context, string id, Sessions sessions)
    {
        if (!IsId(id))
        {
            return NoSession(id);
        }

        await sessions.DeleteAsync(id, Owner(context), context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<StoredSession?> FindAsync(HttpContext context, string id, Sessions sessions) =>
        IsId(id) ? await sessions.FindAsync(id, Owner(context), context.RequestAborted) : null;

    private static bool TryReadNonce(IQueryCollection query, out byte[] nonce, out IResult? problem)
    {
        (nonce, problem) = ([], null);
        var (text, size) = (query["nonce"], query["nonceSize"]);
        if (text.Count + size.Count > 1)
        {
            problem = Problems.Malformed("nonce", "nonce and nonceSize exclude each other, and each is given once");
        }
        else if (text is [var given])
        {
            // Padded or not, as Veraison's reader takes both.
            if (!Base64UrlText.TryDecode(given?.TrimEnd('='), out var bytes) || bytes.Length is < ProtocolLimits.MinNonceBytes or > ProtocolLimits.MaxNonceBytes)
            {
                problem = Problems.Malformed("nonce", $"{ProtocolLimits.MinNonceBytes} to {ProtocolLimits.MaxNonceBytes} bytes in base64url are needed");
            }

            nonce = bytes ?? [];
        }
        else if (size is [var count])
        {
            if (!int.TryParse(count, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var bytes)
                || bytes is < ProtocolLimits.MinNonceBytes or > ProtocolLimits.MaxNonceBytes)
            {
                problem = Problems.Malformed("nonceSize", $"{ProtocolLimits.MinNonceBytes} to {ProtocolLimits.MaxNonceBytes} is needed");
            }
            else
            {
                nonce = SessionNonce.Mint(bytes);
            }
        }
        else
        {
            nonce = SessionNonce.Mint(UsualNonceBytes);
        }

        return problem is null;
    }

    private static IResult Answer(StoredSession session, int status) => Answers.Bytes(
        new ChallengeResponseSession
        {
            Status = session.Status,
            Nonce = session.Nonce,
            Expiry = session.Expires,
            Accept = EvidenceEnvelope.Accepted,
            Evidence = session.Evidence,
            Result = session.Result,
        }.Write(), MediaTypes.VeraisonSession, status);

    private static ProblemResult NotAcceptable(params string[] types) =>
        Problems.Of(StatusCodes.Status406NotAcceptable, ProblemTypes.NotAcceptable, $"The answer is {string.Join(" or ", types)}, which the request's Accept does not take.");

    private static ProblemResult NoSession(string id) => IsId(id)
        ? Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "There is no such session of yours, or it has expired.")
        : Problems.Malformed("id", "a session's id is a UUID");

    // A session is its opener's alone, by the name that the audit would have.
    private static string Owner(HttpContext context) => AgentOf(context) is { } host ? "host:" + host : "caller:" + Caller.Name(context);

    private static string? AgentOf(HttpContext context) => context.User.FindFirst(Roles.HostClaim)?.Value;

    private static bool IsId(string id) => Guid.TryParseExact(id, "D", out _);

    private const string Root = "/challenge-response/v1";
    private const int UsualNonceBytes = 32;
}
