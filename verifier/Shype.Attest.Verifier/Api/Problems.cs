using System.Diagnostics;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;

namespace Shype.Attest.Verifier.Api;

/// <summary>Everything that is not a success, as RFC 9457 problems with a type of <see cref="ProblemTypes"/>.</summary>
internal static class Problems
{
    /// <summary>A problem as a result.</summary>
    public static ProblemResult Of(int status, string type, string detail) => new(Document(status, type, detail));

    /// <summary>A message that could not be read: 413 where a limit was crossed, 400 otherwise.</summary>
    public static ProblemResult Malformed(ProtocolProblem problem)
    {
        var (status, type) = problem.Limit is null
            ? (StatusCodes.Status400BadRequest, ProblemTypes.Malformed)
            : (StatusCodes.Status413PayloadTooLarge, ProblemTypes.LimitExceeded);
        return new ProblemResult(Document(status, type, problem.ToString()) with { Member = problem.Member, Offset = problem.Offset, Limit = problem.Limit });
    }

    /// <summary>A parameter of the address that could not be read.</summary>
    public static ProblemResult Malformed(string member, string detail) =>
        new(Document(StatusCodes.Status400BadRequest, ProblemTypes.Malformed, $"{member}: {detail}") with { Member = member });

    /// <summary>A body over its limit.</summary>
    public static ProblemResult TooLarge(int limit, string name) =>
        new(Document(StatusCodes.Status413PayloadTooLarge, ProblemTypes.LimitExceeded, $"The body has more than {limit} bytes ({name}).") with { Limit = name });

    /// <summary>An enrolment that the host's keys do not bear.</summary>
    public static ProblemResult Refused(IReadOnlyList<Finding> findings) =>
        new(Document(StatusCodes.Status422UnprocessableEntity, ProblemTypes.EnrolmentRefused, "The host's keys or certificates were refused; the findings say why.") with
        {
            Findings = [.. findings.Select(finding => finding.ToResult())],
        });

    /// <summary>A host whose measurements nobody may take for good.</summary>
    public static ProblemResult NotProven(string detail, IReadOnlyList<ResultFinding> findings) =>
        new(Document(StatusCodes.Status409Conflict, ProblemTypes.HostNotProven, detail) with { Findings = findings });

    /// <summary>No host with this id or name.</summary>
    public static ProblemResult HostUnknown => Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No host has this id or name.");

    /// <summary>A host that may not do this yet, or no more; null for one that may.</summary>
    public static ProblemResult? NotAdmitted(HostState state) => state switch
    {
        HostState.Pending => Of(StatusCodes.Status403Forbidden, ProblemTypes.HostPending, "The host waits for an operator's approval: shype host approve NAME."),
        HostState.Revoked => Of(StatusCodes.Status403Forbidden, ProblemTypes.HostRevoked, "The host was revoked."),
        _ => null,
    };

    /// <summary>Why nobody could be asked, or nobody answered.</summary>
    public static ProblemResult Of(AskFailure failure) => failure switch
    {
        AskFailure.HostNotConnected => Of(StatusCodes.Status503ServiceUnavailable, ProblemTypes.HostNotConnected,
            "The host's agent is not connected, so nobody can be asked for a fresh quote. Is 'shype-agent serve' running there?"),
        AskFailure.OthersUnheard => Of(StatusCodes.Status503ServiceUnavailable, ProblemTypes.HostNotConnected,
            "The host's agent is not connected to this verifier, and the others cannot be asked now: the database does not pass messages on. Try again."),
        AskFailure.HostDidNotAnswer => Of(StatusCodes.Status504GatewayTimeout, ProblemTypes.HostDidNotAnswer,
            "The host's agent was asked for a fresh quote and did not answer in time."),
        AskFailure.VmUnknown => Of(StatusCodes.Status404NotFound, ProblemTypes.VmUnknown, "No host that the verifier knows runs this VM."),
        AskFailure.VmAmbiguous => Of(StatusCodes.Status409Conflict, ProblemTypes.VmAmbiguous,
            "More than one VM is known by this name, or more than one host says that it runs it; ask by uuid, or about the host."),
        AskFailure.Internal => Internal,
        _ => throw new ArgumentOutOfRangeException(nameof(failure)),
    };

    /// <summary>Our fault; what it was stands in the log, not in the answer.</summary>
    public static ProblemResult Internal => Of(StatusCodes.Status500InternalServerError, ProblemTypes.Internal, "The verifier failed; its log says why.");

    /// <summary>Writes a problem where no result can be returned.</summary>
    public static Task Write(HttpContext context, int status, string type, string detail) => Of(status, type, detail).ExecuteAsync(context);

    private static ProblemDocument Document(int status, string type, string detail) => new()
    {
        Type = type,
        Title = type[ProblemTypes.Prefix.Length..].Replace('-', ' '),
        Status = status,
        Detail = detail,
    };
}

/// <summary>A problem as an answer.</summary>
internal sealed class ProblemResult(ProblemDocument document) : IResult
{
    /// <summary>The problem.</summary>
    public ProblemDocument Document => document;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = document.Status!.Value;
        // By this the operator finds the lines of the log that belong to it.
        var said = document with { Trace = Activity.Current?.TraceId.ToHexString() };
        return Answers.WriteAsync(httpContext, MediaTypes.ProblemJson, said.Write());
    }
}
