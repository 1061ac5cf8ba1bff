using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Graph;
using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype isolation graph</c>.</summary>
internal static class IsolationGraphCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var policy = new Option<string>("--policy") { Description = "The policy: XML, or the binary policy of Xen's FLASK", Required = true };
        var log = new Option<string?>("--log") { Description = "The log of shype-agent: shows the VMs that run" };
        var from = new Option<string?>("--from") { Description = "Show the shortest way from this label" };
        var to = new Option<string?>("--to") { Description = "to this one" };
        var except = new Option<string[]>("--except-through") { Description = "A label that is trusted to pass nothing on, drawn apart; may be repeated", DefaultValueFactory = _ => [] };
        var output = new Option<string?>("--output", "-o") { Description = "Where the SVG goes; standard output without it", HelpName = "FILE" };
        var json = JsonOption.Create();
        var graph = new Command(
            "graph",
            """
            Draw who may talk to whom, as an SVG: labels and what runs under them, what joins them, conflict sets, and what is drawn apart: mediators and the host.

            Exit code 0: drawn; with --from and --to, there is no way, which the picture says. 1: there is a way, in red. 2: a file cannot be read or there is no such label.

            Example:
              shype isolation graph --policy policy.xml --log measurements.log --except-through Clearing -o isolation.svg
            """)
        { policy, log, from, to, except, output, json };
        graph.Validators.Add(result =>
        {
            if (result.GetValue(from) is null != result.GetValue(to) is null)
            {
                result.AddError("--from and --to are needed together");
            }
        });
        graph.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(policy);
            var bytes = await InputFile.ReadAsync(surroundings, path, FlaskLimits.MaxFileBytes, cancellationToken);
            var asked = new Question(parsed.GetValue(from), parsed.GetValue(to), [.. parsed.GetRequiredValue(except)]);
            IsolationGraph drawn;
            if (FlaskBinary.Recognises(bytes))
            {
                drawn = parsed.GetValue(log) is null
                    ? OfFlask(InputFile.NameOf(path), bytes, asked)
                    : throw CommandException.Unusable("--log is for sHype's policies: records do not say which FLASK context a VM has");
            }
            else
            {
                var judged = IsolationInputs.PolicyOf(InputFile.NameOf(path), bytes);
                var records = parsed.GetValue(log) is { } file ? await IsolationInputs.ReadLogAsync(surroundings, file, cancellationToken) : null;
                drawn = OfAcm(judged, records is null ? null : LoggedHistory.Of(judged, records), asked);
            }

            return await SayAsync(report, drawn, parsed.GetValue(output), cancellationToken);
        });
        return graph;
    }

    private static IsolationGraph OfAcm(AcmPolicy policy, IsolationHistory? history, Question asked)
    {
        var flows = new FlowGraph(policy, asked.Mediators);
        asked.RequireKnown(flows.Knows, $"policy {policy} has no label");
        var graph = AcmGraph.Of(policy, asked.Mediators, history?.Running);
        if (asked is not { From: { } from, To: { } to })
        {
            return graph;
        }

        var path = flows.Shortest(from, to);
        return graph.WithWitness(policy, path, from, to, FlowWords.Of(policy, flows, asked.Mediators, path, from, to));
    }

    private static IsolationGraph OfFlask(string name, byte[] bytes, Question asked)
    {
        if (!FlaskBinary.TryParse(bytes, out var policy, out var problem) || !FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], out var communication, out problem))
        {
            throw CommandException.Unusable($"{name}: {problem}");
        }

        asked.RequireKnown(node => communication.Nodes.Contains(node, StringComparer.Ordinal), $"{name}: no domain or device has the type");
        var graph = FlaskGraph.Of(Path.GetFileName(name), communication, asked.Mediators);
        return asked is { From: { } from, To: { } to } && communication.Path(from, to, asked.Mediators) is var way
            ? graph.WithWitness(way, from, to, FlowWords.Of(way, asked.Mediators, from, to))
            : graph;
    }

    private static async Task<int> SayAsync(Report report, IsolationGraph graph, string? output, CancellationToken cancellationToken)
    {
        if (graph.Nodes.Length > GraphPicture.MaxNodes && (output is not null || !report.Json))
        {
            throw CommandException.Unusable($"{graph.Nodes.Length} labels are more than a picture can show ({GraphPicture.MaxNodes}); use --json without -o");
        }

        if (output is not null)
        {
            await OutputFile.WriteAsync(output, Encoding.UTF8.GetBytes(GraphPicture.Svg(graph)), cancellationToken);
        }

        if (report.Json)
        {
            report.Write(GraphReport.Of(graph), CliJson.Default.GraphReport);
        }
        else if (output is null)
        {
            report.Line(GraphPicture.Svg(graph).TrimEnd('\n'));
        }
        else
        {
            var islands = graph.Islands.Count(island => !island.Nodes.IsEmpty);
            new Page(report).Line(0, $"wrote {output}: {graph.Nodes.Length} nodes, {islands} {(islands == 1 ? "island" : "islands")}{(graph.Witness is { } witness ? $". {witness.Sentence}" : "")}");
        }

        return (int)(graph.Witness is { Exists: true } ? ExitCode.Refused : ExitCode.Yes);
    }

    private sealed record Question(string? From, string? To, ImmutableHashSet<string> Mediators)
    {
        public void RequireKnown(Func<string, bool> knows, string problem)
        {
            foreach (var label in ((IEnumerable<string?>)[From, To, .. Mediators]).OfType<string>().Where(label => !knows(label)))
            {
                throw CommandException.Unusable($"{problem} '{label}'; 'shype policy show' lists them");
            }
        }
    }
}
