using System.Net;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Api;

/// <summary>Turns the verifier's problem details into a sentence with what to do, and into an exit code.</summary>
public static class ApiProblem
{
    /// <summary>The end of a command that got such an answer.</summary>
    public static CommandException From(HttpStatusCode status, ApiAnswer answer, Uri address)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.MediaType != MediaTypes.ProblemJson || !ProblemDocument.TryRead(answer.Body, out var problem))
        {
            return CommandException.NotAsked($"{address} answered {(int)status} without saying why: is it a shype-verifier?");
        }

        var (exitCode, meaning) = Meaning(problem.Type);
        var said = problem.Detail ?? problem.Title ?? $"status {(int)status}";
        return new CommandException(exitCode, $"{meaning}: {said}{Place(problem)}{string.Concat((problem.Findings ?? []).Select(Sentence))}");
    }

    private static (ExitCode ExitCode, string Meaning) Meaning(string type) => type switch
    {
        // Refusals: the verifier knows enough to say no.
        ProblemTypes.HostPending => (ExitCode.Refused, "the host waits for approval (shype host approve NAME)"),
        ProblemTypes.HostRevoked => (ExitCode.Refused, "the host was revoked (shype host show NAME says why)"),
        ProblemTypes.VmAmbiguous => (ExitCode.Refused, "more than one host claims to run this VM (look at both with shype host show)"),
        ProblemTypes.EnrolmentRefused => (ExitCode.Refused, "the enrolment was refused"),
        ProblemTypes.ChallengeRefused => (ExitCode.Refused, "the challenge was refused"),
        ProblemTypes.VersionConflict => (ExitCode.Refused, "somebody else changed it meanwhile (read it again, then repeat)"),

        ProblemTypes.ReferenceUnsigned => (ExitCode.Refused, "the bundle is not signed (shype reference sign)"),
        ProblemTypes.ReferenceSignerUnknown => (ExitCode.Refused, "nobody whom the verifier knows signed the bundle (shype reference signer list)"),
        ProblemTypes.ReferenceSignatureInvalid => (ExitCode.Refused, "the bundle's signature does not hold"),
        ProblemTypes.ReferenceRolledBack => (ExitCode.Refused, "the bundle is older than what the verifier has seen (shype reference list)"),
        ProblemTypes.ReferenceConflict => (ExitCode.Refused, "it conflicts with what is there (shype reference list, shype reference signer list)"),
        ProblemTypes.ReferenceExpired => (ExitCode.Refused, "the bundle has expired (ask its maker for a newer one)"),
        ProblemTypes.FingerprintNeeded => (ExitCode.Refused, "nobody certified the host's key (compare its fingerprint: shype host approve NAME --ek-fingerprint SHA256)"),
        ProblemTypes.HostNameTaken => (ExitCode.Refused, "another host has this name (shype host list; shype host replace gives a name to another machine)"),
        ProblemTypes.ActivationFailed or ProblemTypes.EnrolmentUnknown => (ExitCode.Refused, "the enrolment does not go on (begin it again: shype-agent enrol)"),
        ProblemTypes.InvitationRefused => (ExitCode.Refused, "the invitation or expected TPM is refused (shype host admissions)"),
        ProblemTypes.TokenRefused => (ExitCode.Refused, "the token is refused (shype token list)"),
        ProblemTypes.WebhookRefused => (ExitCode.Refused, "the webhook is refused (shype webhook list)"),
        ProblemTypes.TrustRefused => (ExitCode.Refused, "the authority is refused (shype trust list)"),
        ProblemTypes.KeyRefused => (ExitCode.Refused, "the key is refused (shype signing-key list)"),
        ProblemTypes.SessionState => (ExitCode.Refused, "the session cannot take this (shype session show)"),
        ProblemTypes.HostNotProven => (ExitCode.Refused, "what the host measured cannot be offered as good"),

        // Our message was wrong.
        ProblemTypes.Malformed or ProblemTypes.UnsupportedMediaType or ProblemTypes.NotAcceptable => (ExitCode.Usage, "the verifier cannot read this request"),
        ProblemTypes.LimitExceeded => (ExitCode.Usage, "the request crosses a limit"),

        // Nobody could be asked.
        ProblemTypes.Unauthorized => (ExitCode.CouldNotAsk, "the verifier does not know this access token (--token-file)"),
        ProblemTypes.Forbidden => (ExitCode.CouldNotAsk, "this access token does not allow it (use the operator's)"),
        ProblemTypes.NotFound => (ExitCode.CouldNotAsk, "the verifier knows nothing under this name (shype host list)"),
        ProblemTypes.VmUnknown => (ExitCode.CouldNotAsk, "no known host runs this VM (start it under shype-agent, or look at shype host list)"),
        ProblemTypes.HostNotConnected => (ExitCode.CouldNotAsk, "the host's agent is not connected (is shype-agent serve running there?)"),
        ProblemTypes.HostDidNotAnswer => (ExitCode.CouldNotAsk, "the host's agent did not answer in time (ask again; look at its log)"),
        ProblemTypes.TooMany => (ExitCode.CouldNotAsk, "the verifier is asked too often (wait, then repeat)"),
        ProblemTypes.Internal => (ExitCode.CouldNotAsk, "the verifier failed (its log says why)"),
        _ => (ExitCode.CouldNotAsk, $"the verifier refused with {type}"),
    };

    private static string Place(ProblemDocument problem) => problem switch
    {
        { Limit: { } limit } => $" (limit {limit})",
        { Member: { } member, Offset: { } offset } => $" ({member} at byte {offset})",
        { Member: { } member } => $" ({member})",
        _ => "",
    };

    private static string Sentence(ResultFinding finding) => finding is null ? "" : $"; {finding.Code}: {finding.Text}";
}
