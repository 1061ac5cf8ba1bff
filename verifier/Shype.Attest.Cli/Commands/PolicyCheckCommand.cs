using System.CommandLine;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm.Binary;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype policy check</c>.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new PolicyFile();
        var json = JsonOption.Create();
        var check = new Command(
            "check",
            """
            Check a policy before it is used: what a reader refuses it for (error), what cannot work or is not kept apart (warning), and what is good
            to know, as which labels are trusted to keep two types apart (note). Each with line and column.

            Exit code 0: nothing, or notes only. 1: errors or warnings.

            Example:
              shype policy check policy.xml
            """)
        { json };
        file.AddTo(check);
        check.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var input = await file.ReadAsync(surroundings, parsed, cancellationToken);
            if (AcmBinary.Recognises(input.Bytes))
            {
                throw CommandException.Unusable($"{input.Name}: is a binary policy, which has no names to check; give the XML that it was compiled from");
            }

            var result = PolicyCheckReport.Of(await file.UnderstandAsync(surroundings, parsed, input, cancellationToken));
            if (report.Json)
            {
                report.Write(result, CliJson.Default.PolicyCheckReport);
            }
            else
            {
                Print(report, input.Name, result);
            }

            return (int)(result.Findings.Any(finding => finding.Severity != PolicyCheckReport.Note) ? ExitCode.Refused : ExitCode.Yes);
        });
        return check;
    }

    private static void Print(Report report, string name, PolicyCheckReport result)
    {
        var page = new Page(report);
        foreach (var finding in result.Findings)
        {
            var style = finding.Severity switch
            {
                PolicyCheckReport.Error => Styles.Bad,
                PolicyCheckReport.Warning => Styles.Doubtful,
                _ => Styles.Quiet,
            };
            var place = finding.Line == 0 ? name : $"{name}:{finding.Line}:{finding.Column}";
            page.Line(0, ($"{place}: ", null), (finding.Severity, style), ($": {finding.Text} [{finding.Code}]", null));
        }

        var counts = result.Findings.CountBy(finding => finding.Severity).ToDictionary();
        page.Line(0, $"{(result.Accepted ? $"policy {result.Policy} {result.Version}" : "refused")}: {Count("error")}, {Count("warning")}, {Count("note")}");

        string Count(string severity) => counts.GetValueOrDefault(severity) is var count && count == 1 ? $"1 {severity}" : $"{count} {severity}s";
    }
}
