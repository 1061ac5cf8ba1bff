using System.CommandLine;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype policy</c>: isolation policies, from their files.</summary>
public static class PolicyCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("policy", "Read isolation policies; no server is needed.")
    {
        Show(surroundings),
    };

    private static Command Show(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The policy: XML as sHype's tools wrote it, or a binary one of FLASK; - is standard input" };
        var json = JsonOption.Create();
        var show = new Command(
            "show",
            """
            Show what a policy means: its labels with their types, what may not run together, and the canonical digest that reference documents name.

            Exit code 0: the policy was read. 1: it is refused; every problem is listed with line and column.

            Example:
              shype policy show policy.xml
            """)
        { file, json };
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            return ShowPolicy(report, InputFile.NameOf(path), await InputFile.ReadAsync(surroundings, path, FlaskLimits.MaxFileBytes, cancellationToken));
        });
        return show;
    }

    private static int ShowPolicy(Report report, string name, byte[] bytes)
    {
        if (FlaskBinary.Recognises(bytes))
        {
            return FlaskCommand.Show(report, name, bytes);
        }

        if (!AcmXml.TryParse(bytes, out var policy, out var problems))
        {
            if (report.Json)
            {
                report.Write(new PolicyProblemsReport([.. problems.Select(PolicyProblemReport.Of)]), CliJson.Default.PolicyProblemsReport);
            }

            foreach (var problem in problems)
            {
                report.Complain($"{name}: {problem}");
            }

            return (int)ExitCode.Refused;
        }

        if (report.Json)
        {
            report.Write(PolicyReport.Of(policy), CliJson.Default.PolicyReport);
        }
        else
        {
            new PolicyText(report).Write(policy);
        }

        return (int)ExitCode.Yes;
    }
}
