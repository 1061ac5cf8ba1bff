using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Cli.Commands;

/// <summary>What <c>shype policy show</c> does with a binary policy of FLASK.</summary>
internal static class FlaskCommand
{
    /// <summary>Shows the policy, or says why it is refused.</summary>
    public static int Show(Report report, string name, byte[] bytes)
    {
        if (!FlaskBinary.TryParse(bytes, out var policy, out var problem))
        {
            if (report.Json)
            {
                report.Write(FlaskProblemReport.Of(problem), CliJson.Default.FlaskProblemReport);
            }

            report.Complain($"{name}: {problem}");
            return (int)ExitCode.Refused;
        }

        // A policy for Linux says nothing about domains; one whose flows are too many to list still has its counts.
        FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], out var communication, out var without);
        if (report.Json)
        {
            report.Write(FlaskReport.Of(policy, communication, without), CliJson.Default.FlaskReport);
        }
        else
        {
            new FlaskText(report).Write(policy, communication, without);
        }

        return (int)ExitCode.Yes;
    }
}
