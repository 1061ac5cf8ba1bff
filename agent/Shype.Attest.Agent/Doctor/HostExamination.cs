using Shype.Attest.Agent.Configuration;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Agent.Doctor;

/// <summary>Looks whether this host has what the agent needs: one thing after the other, and on past what is wrong. Nothing is changed, measured or made.</summary>
internal static class HostExamination
{
    /// <summary>What was found.</summary>
    /// <param name="settings">agent.yaml.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<CheckReport> RunAsync(string settings, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!AgentOptions.TryRead(settings, out var options, out var problem))
        {
            return CheckReport.Of([Check.Wrong("settings", problem.ToString(), "Write the settings as docs/agent.md shows; --config names another file.")]);
        }

        List<Check> checks = [Check.Ok("settings", settings)];
        var enrolment = Installation.LookAtState(options, checks);
        var tpm = TpmExamination.Run(options, clock, checks, cancellationToken);
        LogExamination.LookAtFirmwareLog(options, tpm, checks);
        LogExamination.LookAtImaList(options, tpm, checks);
        await Installation.LookAtHypervisorAsync(options, checks, cancellationToken).ConfigureAwait(false);
        Installation.LookAtGate(options, checks);
        await VerifierExamination.RunAsync(options, enrolment, clock, checks, cancellationToken).ConfigureAwait(false);
        return CheckReport.Of(checks);
    }

    /// <summary>A check of something that may throw what the agent's parts throw.</summary>
    public static Check Try(string name, string advice, Func<Check> look)
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is AgentException or MeasurementLogException or IOException or UnauthorizedAccessException)
        {
            return Check.Wrong(name, e.Message, advice);
        }
    }

    /// <summary>What doctors print for a person.</summary>
    public static string Text(CheckReport report) => string.Join('\n', report.Checks.SelectMany(Lines).Append(report.Count()));

    private static IEnumerable<string> Lines(Check check)
    {
        yield return $"{check.State.ToString().ToLowerInvariant(),-9}{check.Name}: {TextRules.Escape(check.Text)}";
        if (check.Advice is { } advice)
        {
            yield return $"{"",-9}do: {TextRules.Escape(advice)}";
        }
    }
}
