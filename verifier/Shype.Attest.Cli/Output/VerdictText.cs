using System.Globalization;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>A verdict for a person: for every part its status, every finding with what to do, the guarantees, and what each claim means.</summary>
internal sealed class VerdictText(Report report)
{
    private readonly Page _page = new(report);

    /// <summary>Everything that a result says.</summary>
    public void Write(AttestationResult result, string standing, bool isTrusted)
    {
        _page.Line(0, ("verdict: ", null), (Page.Tier(result.Status), Styles.Of(result.Status)));
        _page.Line(0, ("token:   ", null), (standing, isTrusted ? Styles.Good : Styles.Bad));
        _page.Line(0, $"made:    {Page.Moment(result.IssuedAt)} by {result.Verifier.Developer} {result.Verifier.Build}{(result.Issuer is { } issuer ? $" at {issuer}" : "")}");
        _page.Line(0, $"expires: {(result.Expires is { } expires ? Page.Moment(expires) : "never")}");
        if (result.Nonce is { } nonce)
        {
            _page.Line(0, $"nonce:   {nonce}");
        }

        foreach (var (name, part) in result.Submods.OrderBy(submod => submod.Key != "host").ThenBy(submod => submod.Key, StringComparer.Ordinal))
        {
            _page.Gap();
            WritePart(name, part);
        }

        WriteInputs(result.Inputs);
    }

    /// <summary>One finding.</summary>
    public void WriteFinding(ResultFinding finding)
    {
        _page.Line(2, (finding.Severity, Styles.OfWord(finding.Severity)), ($" {finding.Code}", Styles.Strong), ($" ({Where(finding)})", Styles.Quiet));
        _page.Line(4, finding.Text);
        WriteDetail("expected", finding.Expected);
        WriteDetail("found", finding.Found);
        WriteDetail("do", finding.Advice);
    }

    private void WritePart(string name, Submod part)
    {
        _page.Line(0, (name, Styles.Strong), (": ", null), (Page.Tier(part.Status), Styles.Of(part.Status)));
        if (part.Vm is { } vm)
        {
            _page.Line(2, $"vm {Or(vm.Name, "of unknown name")}, label {Or(vm.Label, "none")}, {(vm.Running ? "running" : "not running")}, uuid {vm.Uuid}");
        }

        if (part.Host is { } host)
        {
            _page.Line(2, $"{(part.Vm is null ? "" : "on ")}host {host.Name}, id {host.Id}{(host.Boot is { } boot ? $", boot {boot}" : "")}");
        }

        if (part.Boot is { } started)
        {
            _page.Line(2, $"Secure Boot {started.SecureBoot}{(started.VerifiedBy.Count > 0 ? $" by {string.Join(", ", started.VerifiedBy)}" : "")}");
            _page.Line(2, $"booted by {(started.Loaders.Count > 0 ? string.Join(", ", started.Loaders) : "an unknown boot loader")}; its link to the hypervisor is {started.Link}");
        }

        // What is wrong first; what everything was judged by comes last.
        foreach (var finding in (part.Findings ?? []).Where(finding => finding.Code != NotEvaluated).OrderBy(finding => Weight(finding.Severity)))
        {
            WriteFinding(finding);
        }

        WriteNotEvaluated([.. (part.Findings ?? []).Where(finding => finding.Code == NotEvaluated)]);
        foreach (var guarantee in (part.Guarantees ?? []).OrderBy(guarantee => Weight(guarantee.Verdict)))
        {
            WriteGuarantee(guarantee);
        }

        if (part.TrustVector is { } vector)
        {
            WriteClaims(vector);
        }
    }

    // One line for all steps that could not be made: they say nothing but that the failures above came first.
    private void WriteNotEvaluated(IReadOnlyList<ResultFinding> findings)
    {
        if (findings.Count == 1)
        {
            WriteFinding(findings[0]);
        }
        else if (findings.Count > 1)
        {
            _page.Line(2, (findings[0].Severity, Styles.OfWord(findings[0].Severity)), ($" {NotEvaluated}", Styles.Strong), ($" ({string.Join(", ", findings.Select(Where))})", Styles.Quiet));
            _page.Line(4, "These steps were not made, because what they need was not verified.");
            WriteDetail("do", findings[0].Advice);
        }
    }

    private static int Weight(string word) => word switch
    {
        "failure" or "violated" => 0,
        "warning" or "unknown" => 1,
        _ => 2,
    };

    private void WriteClaims(TrustVector vector) => _page.Table(
        2,
        ["", "", ""],
        Enum.GetValues<TrustClaim>().Select(claim =>
        {
            var value = vector[claim];
            (string, Style?)[] row =
            [
                (ClaimText.NameOf(claim), null),
                (value.ToString(CultureInfo.InvariantCulture), Styles.Of(TrustTiers.TierOf(value))),
                (ClaimText.Describe(claim, value).Full, null),
            ];
            return (IReadOnlyList<(string, Style?)>)row;
        }));

    private void WriteGuarantee(ResultGuarantee guarantee)
    {
        var by = guarantee.DemandedBy is { } who ? $", demanded by {who}" : "";
        _page.Line(2, (guarantee.Verdict, Styles.OfWord(guarantee.Verdict)), ($" {guarantee.Id}", Styles.Strong), ($" ({guarantee.Strength}{by})", Styles.Quiet));
        _page.Line(4, guarantee.Text);
        WriteDetail("demand", guarantee.Demand?.GetRawText());
        WriteWitness(guarantee.Witness);
        WriteDetail("missing", guarantee.Missing);
        WriteAnswer("now", guarantee.Now);
        WriteAnswer("always", guarantee.Always);
    }

    private void WriteAnswer(string when, ResultAnswer? answer)
    {
        if (answer is not null)
        {
            _page.Line(4, ($"{when}: ", Styles.Quiet), (answer.Verdict, Styles.OfWord(answer.Verdict)), ($" ({answer.Strength})", Styles.Quiet), ($" {answer.Text}", null));
            WriteWitness(answer.Witness, 6);
            WriteDetail("missing", answer.Missing, 6);
        }
    }

    private void WriteWitness(ResultWitness? witness, int indent = 4)
    {
        WriteDetail("witness", witness?.Text, indent);
        WriteDetail("path", witness?.Path is { } path ? string.Join(" -> ", path) : null, indent);
        WriteDetail("records", witness?.Records is { } records ? string.Join(", ", records) : null, indent);
    }

    private void WriteInputs(ResultInputs? inputs)
    {
        if (inputs is null)
        {
            return;
        }

        _page.Gap();
        _page.Line(0, ("made from", Styles.Strong));
        WriteDetail("evidence", inputs.Evidence);
        WriteDetail("references", inputs.References);
        WriteDetail("policy", inputs.Policy);
        WriteDetail("appraisal policy", inputs.AppraisalPolicy);
        WriteDetail("challenge", inputs.Challenge);
    }

    private void WriteDetail(string name, string? value, int indent = 4)
    {
        if (value is not null)
        {
            _page.Line(indent, ($"{name}: ", Styles.Quiet), (value, null));
        }
    }

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static string Where(ResultFinding finding) =>
        finding.Record is { } record ? $"{finding.Subject}, record {record.ToString(CultureInfo.InvariantCulture)}" : finding.Subject;

    // As the catalogue of findings has it (FindingCode).
    private const string NotEvaluated = "not-evaluated";
}
