using Shype.Attest.Agent.Attesting;

namespace Shype.Attest.Agent.Commands;

/// <summary>A verdict in plain words.</summary>
internal static class VerdictText
{
    public static VerdictReport Report(Verdict verdict) => new(
        verdict.Status,
        [.. verdict.Parts.Select(part => new VerdictPartReport(
            part.Name, part.Status, part.Vm, [.. part.Findings.Select(finding => new FindingReport(finding.Code, finding.Severity, finding.Text))]))]);

    public static string Of(VerdictReport verdict) => string.Join('\n', [
        $"{verdict.Status}: {Meaning(verdict.Status)}",
        .. verdict.Parts.SelectMany(part => part.Findings
            .Select(finding => $"    {finding.Severity} {finding.Code}: {finding.Text}")
            .Prepend($"  {(part.Vm is null ? part.Name : $"VM {part.Vm} ({part.Name})")}: {part.Status}"))]);

    private static string Meaning(string status) => status switch
    {
        "affirming" => "the verifier found nothing against this host",
        "warning" => "the verifier leaves the decision to who asks",
        "contraindicated" => "the verifier says not to trust this host",
        _ => "the verifier asserts nothing",
    };
}
