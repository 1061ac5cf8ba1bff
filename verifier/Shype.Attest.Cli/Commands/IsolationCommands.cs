using System.Collections.Immutable;
using System.CommandLine;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Shype.Attest.Measurement.LogFiles;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype isolation</c>: what a policy and a log prove about who can talk to whom.</summary>
public static class IsolationCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("isolation", "Prove who can talk to whom, from a policy and a log; no server is needed.")
    {
        Prove(surroundings),
        Explain(surroundings),
        IsolationGraphCommand.Create(surroundings),
    };

    private static Command Prove(Surroundings surroundings)
    {
        var policy = new Option<string>("--policy") { Description = "The policy, XML", Required = true };
        var log = new Option<string?>("--log") { Description = "The log of shype-agent" };
        var guarantees = new Option<string>("--guarantees") { Description = "What is demanded, YAML (docs/guarantees.md)", Required = true };
        var json = JsonOption.Create();
        var prove = new Command(
            "prove",
            """
            Prove or refute what is demanded of a host's isolation; what does not hold is shown by the smallest witness.

            Without a log, what only a log can show is unknown, and so is what a log leaves open. A log proves nothing about a host by itself: attest the host for that.
            Exit code 0: every guarantee holds. 1: some is violated or unknown. 2: a file cannot be read.

            Example:
              shype isolation prove --policy policy.xml --log measurements.log --guarantees demands.yaml
            """)
        { policy, log, guarantees, json };
        prove.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var judged = await ReadPolicyAsync(surroundings, parsed.GetRequiredValue(policy), cancellationToken);
            var demanded = DemandFile.Read(
                InputFile.NameOf(parsed.GetRequiredValue(guarantees)),
                await InputFile.ReadAsync(surroundings, parsed.GetRequiredValue(guarantees), DemandFile.MaxBytes, cancellationToken));
            var history = parsed.GetValue(log) is { } path ? await ReadLogAsync(surroundings, path, judged, cancellationToken) : null;
            var evidence = new IsolationEvidence(judged, history) { Mediators = demanded.Mediators };
            return Say(report, judged, [.. demanded.Demands.Select(demand => DemandProof.Prove(evidence, demand)), .. Always(evidence)]);
        });
        return prove;
    }

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
            var judged = await ReadPolicyAsync(surroundings, parsed.GetRequiredValue(policy), cancellationToken);
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

    // What a log breaks is shown even where nobody thought of demanding it.
    private static IEnumerable<Guarantee> Always(IsolationEvidence evidence) => evidence.History is null
        ? [LabelTypes.Prove(evidence)]
        :
        [
            LabelTypes.Prove(evidence),
            KnownLabels.Prove(evidence),
            NoConflictNow.Prove(evidence),
            NoViolationEver.Prove(evidence),
            ResourceAccess.Prove(evidence),
            ExclusiveDevices.Prove(evidence),
            HostAuthorisation.Prove(evidence),
        ];

    private static int Say(Report report, AcmPolicy policy, IReadOnlyList<Guarantee> proven)
    {
        var holds = proven.All(guarantee => guarantee.Verdict == GuaranteeVerdict.Holds);
        if (report.Json)
        {
            report.Write(
                new ProofReport(policy.ToString(), Convert.ToHexStringLower(policy.CanonicalDigest.AsSpan()), holds, [.. proven.Select(GuaranteeReport.Of)]),
                CliJson.Default.ProofReport);
        }
        else
        {
            new Page(report).Table(0, ["guarantee", "verdict", "strength", ""], proven.Select(GuaranteeReport.Of).Select(row =>
                (IReadOnlyList<(string, Spectre.Console.Style?)>)[(row.Id, null), (row.Verdict, row.Verdict == "holds" ? Styles.Good : Styles.Bad), (row.Strength, null), (row.Text, null)]));
        }

        return (int)(holds ? ExitCode.Yes : ExitCode.Refused);
    }

    private static async Task<AcmPolicy> ReadPolicyAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        return ParsePolicy(InputFile.NameOf(path), await InputFile.ReadAsync(surroundings, path, AcmLimits.MaxFileBytes, cancellationToken));
    }

    internal static AcmPolicy ParsePolicy(string name, byte[] bytes) =>
        AcmXml.TryParse(bytes, out var policy, out var problems) ? policy : throw CommandException.Unusable($"{name}: {problems[0]}");

    internal static async Task<IsolationHistory> ReadLogAsync(Surroundings surroundings, string path, AcmPolicy policy, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAsync(surroundings, path, MaxLogBytes, cancellationToken);
        return AgentLogReport.TryReadRecords(bytes, out var records, out var problem)
            ? LoggedHistory.Of(policy, records)
            : throw CommandException.Unusable($"{InputFile.NameOf(path)}: {problem}");
    }

    private const int MaxLogBytes = 256 * 1024 * 1024;
}
