using System.Collections.Immutable;
using System.CommandLine;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype isolation</c>: what a policy and a log prove about who can talk to whom.</summary>
public static class IsolationCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("isolation", "Prove who can talk to whom, from a policy and a log; no server is needed.")
    {
        IsolationProveCommand.Create(surroundings),
        Explain(surroundings),
        IsolationGraphCommand.Create(surroundings),
    };

    private static Command Explain(Surroundings surroundings)
    {
        var policy = new Option<string>("--policy") { Description = "The policy, XML", Required = true };
        var from = new Option<string>("--from") { Description = "A VM or resource label", Required = true };
        var to = new Option<string>("--to") { Description = "Another", Required = true };
        var except = new Option<string[]>("--except-through") { Description = "A label that is trusted to pass nothing on; may be repeated", DefaultValueFactory = _ => [] };
        var json = JsonOption.Create();
        var explain = new Command(
            "explain",
            """
            Say whether a policy lets anything get from one label to another, and the shortest way.

            Exit code 0: there is no way. 1: there is one. 2: the policy cannot be read or has no such label.

            Example:
              shype isolation explain --policy policy.xml --from bank-a --to bank-b --except-through host
            """)
        { policy, from, to, except, json };
        explain.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(policy);
            var judged = IsolationInputs.PolicyOf(InputFile.NameOf(path), await InputFile.ReadAsync(surroundings, path, AcmLimits.MaxFileBytes, cancellationToken));
            return ExplainFlow(report, judged, parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), [.. parsed.GetRequiredValue(except)]);
        });
        return explain;
    }

    private static int ExplainFlow(Report report, AcmPolicy policy, string from, string to, ImmutableHashSet<string> mediators)
    {
        var graph = new FlowGraph(policy, mediators);
        foreach (var label in (IEnumerable<string>)[from, to, .. mediators])
        {
            if (!graph.Knows(label))
            {
                throw CommandException.Unusable($"policy {policy} has no label '{label}'; 'shype policy show' lists its labels");
            }
        }

        var path = graph.Shortest(from, to);
        var text = FlowWords.Of(policy, graph, mediators, path, from, to);
        if (report.Json)
        {
            report.Write(FlowReport.Of(from, to, path, text), CliJson.Default.FlowReport);
        }
        else
        {
            new Page(report).Line(0, text);
        }

        return (int)(path is null ? ExitCode.Yes : ExitCode.Refused);
    }
}
