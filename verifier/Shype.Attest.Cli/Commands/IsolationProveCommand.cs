using System.Collections.Immutable;
using System.CommandLine;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype isolation prove</c>: proves or refutes demands, or every guarantee where nothing is demanded.</summary>
internal static class IsolationProveCommand
{
    // What a log breaks is shown even where nobody thought of demanding it.
    private static readonly ImmutableArray<string> AlwaysOfLog = ["G8", "G9", "G10", "G11", "G16", "G17", "G18"];

    public static Command Create(Surroundings surroundings)
    {
        var policy = new Option<string>("--policy") { Description = "The policy: XML, or a binary one for Xen's FLASK", Required = true };
        var log = new Option<string?>("--log") { Description = "The log of shype-agent" };
        var guarantees = new Option<string?>("--guarantees") { Description = "What is demanded, YAML (docs/guarantees.md); without it every guarantee is answered" };
        var references = new Option<string?>("--references") { Description = "What an operator calls good (docs/references.example.json)" };
        var json = JsonOption.Create();
        var prove = new Command(
            "prove",
            """
            Prove or refute what is demanded of a host's isolation; what does not hold is shown by the smallest witness.

            Without a log, what only a log can show is unknown, and so is what a log leaves open. A log proves nothing about a host by itself: attest the host for that.
            Without --guarantees all of G3 to G20, G24 and G25 are answered, with the host's label as the only mediator.
            Exit code 0: every guarantee holds. 1: some is violated or unknown. 2: a file cannot be read.

            Example:
              shype isolation prove --policy policy.xml --log measurements.log --guarantees demands.yaml
            """)
        { policy, log, guarantees, references, json };
        prove.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(policy);
            var file = await InputFile.ReadAsync(surroundings, path, FlaskLimits.MaxFileBytes, cancellationToken);
            var demanded = parsed.GetValue(guarantees) is { } demands
                ? DemandFile.Read(InputFile.NameOf(demands), await InputFile.ReadAsync(surroundings, demands, DemandFile.MaxBytes, cancellationToken))
                : null;
            var records = parsed.GetValue(log) is { } logged ? await IsolationInputs.ReadLogAsync(surroundings, logged, cancellationToken) : null;
            var known = parsed.GetValue(references) is { } good ? await IsolationInputs.ReadReferencesAsync(surroundings, good, cancellationToken) : null;
            return FlaskBinary.Recognises(file)
                ? FlaskProof.Prove(report, InputFile.NameOf(path), file, records, demanded)
                : ProveAcm(report, InputFile.NameOf(path), file, records, known, demanded);
        });
        return prove;
    }

    /// <summary>Says what was proven, in both forms.</summary>
    public static int Say(Report report, string policy, string digest, IReadOnlyList<Guarantee> proven)
    {
        var holds = proven.All(guarantee => guarantee.Verdict == GuaranteeVerdict.Holds);
        if (report.Json)
        {
            report.Write(new ProofReport(policy, digest, holds, [.. proven.Select(GuaranteeReport.Of)]), CliJson.Default.ProofReport);
        }
        else
        {
            var rows = proven.Select(GuaranteeReport.Of).Select(row => (IReadOnlyList<(string, Spectre.Console.Style?)>)
                [(row.Id, null), Verdict(row), (row.Strength, null), Verdict(row.Now), Verdict(row.Always), (row.Text, null)]);
            new Page(report).Table(0, ["guarantee", "verdict", "strength", "now", "always", ""], rows);
        }

        return (int)(holds ? ExitCode.Yes : ExitCode.Refused);
    }

    private static (string, Spectre.Console.Style?) Verdict(GuaranteeReport? row) => (row?.Verdict ?? "", row?.Verdict == "holds" ? Styles.Good : Styles.Bad);

    private static int ProveAcm(Report report, string name, byte[] file, IReadOnlyList<LoggedContent>? records, ReferenceSet? references, DemandSet? demanded)
    {
        var policy = IsolationInputs.PolicyOf(name, file);
        var evidence = records is null ? new IsolationEvidence(policy, null) : LoggedEvidence.Of(policy, records);
        evidence = evidence with { Mediators = demanded?.Mediators ?? [policy.Bootstrap] };
        evidence = LoggedEvidence.WithFile(evidence, file);
        evidence = references is null ? evidence : LoggedEvidence.With(evidence, references);
        var demands = demanded?.Demands ?? [];
        IEnumerable<string> said = demanded is null ? GuaranteeProof.Ids : records is null ? ["G8"] : AlwaysOfLog;
        var named = demands.OfType<GuaranteeHolds>().Select(demand => demand.Guarantee);
        return Say(
            report,
            policy.ToString(),
            Convert.ToHexStringLower(policy.CanonicalDigest.AsSpan()),
            [.. demands.Select(demand => DemandProof.Prove(evidence, demand)), .. said.Except(named).Select(id => GuaranteeProof.Prove(evidence, id))]);
    }
}
