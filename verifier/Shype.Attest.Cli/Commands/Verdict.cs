using System.Text.Json;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary>What the commands do with a token once they have it.</summary>
internal static class Verdict
{
    /// <summary>Shows a token whoever made it, and says what is known about that.</summary>
    public static int Explain(Report report, ReadOnlyMemory<byte> token, KeySource? source, DateTimeOffset now)
    {
        if (!ResultTokens.TryReadUnverified(token, out var claims, out var malformed))
        {
            return Refuse(report, Wire(malformed));
        }

        if (source is null)
        {
            report.Warn("nobody checked who signed this verdict: give --jwks or --server, or believe nothing of it");
            return Show(report, claims, "NOT VERIFIED: no keys were given", isTrusted: false, problem: null);
        }

        var problem = Problem(token, claims.Result, source, now);
        if (problem is { Code: not TokenProblemCode.Expired })
        {
            report.Complain($"this verdict is not one of {source.Origin}: {problem.Detail}; believe nothing of it");
            Show(report, claims, $"REFUSED: {problem.Detail}", isTrusted: false, Wire(problem));
            return (int)ExitCode.Refused;
        }

        var standing = $"verified with key {claims.KeyId ?? "(the only one)"} of {source.Origin}";
        return Show(report, claims, problem is null ? standing : $"{standing}; EXPIRED: it says how things were", problem is null, problem is null ? null : Wire(problem));
    }

    /// <summary>Checks a token and decides by it. A yes must also stand up to the caller's objection: what is no yes is shown as it is.</summary>
    public static int Check(
        Report report, ReadOnlyMemory<byte> token, KeySource source, TokenExpectation expected, Func<AttestationResult, string?>? objection = null)
    {
        if (!ResultTokens.TryVerify(token, source.Keys, expected, out var result, out var problem))
        {
            return Refuse(report, Wire(problem));
        }

        ResultTokens.TryReadUnverified(token, out var claims, out _);
        if (result.Status == TrustTier.Affirming && objection?.Invoke(result) is { } reason)
        {
            report.Complain($"the verdict is refused: {reason}");
            Show(report, claims!, $"REFUSED: {reason}", isTrusted: false, new VerdictProblem("token-subject-mismatch", reason));
            return (int)ExitCode.Refused;
        }

        Show(report, claims!, $"verified with {source.Origin}", isTrusted: true, problem: null);
        return (int)(result.Status == TrustTier.Affirming ? ExitCode.Yes : ExitCode.Refused);
    }

    // An archived token is explained long after its time, and to somebody else than it was made for; its signature is another matter.
    private static TokenProblem? Problem(ReadOnlyMemory<byte> token, AttestationResult result, KeySource source, DateTimeOffset now)
    {
        var expected = new TokenExpectation { Now = now, Nonce = null, Audience = result.Audience, UnsafeAcceptNoExpiry = true };
        return ResultTokens.TryVerify(token, source.Keys, expected, out _, out var problem) ? null : problem;
    }

    private static int Refuse(Report report, VerdictProblem problem)
    {
        if (report.Json)
        {
            report.Write(new VerdictReport(false, null, problem, null), CliJson.Default.VerdictReport);
        }

        report.Complain($"the verdict is refused: {problem.Detail}");
        return (int)ExitCode.Refused;
    }

    private static int Show(Report report, UnverifiedResult claims, string standing, bool isTrusted, VerdictProblem? problem)
    {
        if (report.Json)
        {
            using var payload = JsonDocument.Parse(claims.Payload);
            var verdict = new VerdictReport(isTrusted, Page.Tier(claims.Result.Status), problem, payload.RootElement);
            report.Write(verdict, CliJson.Default.VerdictReport);
        }
        else
        {
            new VerdictText(report).Write(claims.Result, standing, isTrusted);
        }

        return (int)ExitCode.Yes;
    }

    private static VerdictProblem Wire(TokenProblem problem) =>
        new(JsonSerializer.SerializeToElement(problem.Code, CliJson.Default.TokenProblemCode).GetString()!, problem.Detail);
}
