using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Cli.Output;

/// <summary>What <c>shype policy check --json</c> prints.</summary>
/// <param name="Policy">The policy's name; null where the file is refused.</param>
/// <param name="Version">Its version.</param>
/// <param name="Accepted">Whether a reader accepts the file.</param>
/// <param name="Findings">In the order of the file.</param>
public sealed record PolicyCheckReport(string? Policy, string? Version, bool Accepted, IReadOnlyList<PolicyFindingReport> Findings)
{
    internal const string Error = "error";
    internal const string Warning = "warning";
    internal const string Note = "note";

    internal static PolicyCheckReport Of(AcmDocument document) => new(
        document.Policy?.Name,
        document.Policy?.Version.ToString(),
        document.Policy is not null,
        [
            .. document.Problems.Select(problem => Of(Error, problem)),
            .. document.LegacyReadings.Select(reading => Of(Warning, reading with { Message = "read as legacy: " + reading.Message })),
            .. document.Advice.Select(advice => new PolicyFindingReport(advice.Severity == PolicyAdviceSeverity.Warning ? Warning : Note, advice.Line, advice.Column, advice.Code.ToString(), advice.Message)),
        ]);

    private static PolicyFindingReport Of(string severity, PolicyProblem problem) => new(severity, problem.Line, problem.Column, problem.Code.ToString(), problem.Message);
}

/// <summary>One finding of a check.</summary>
/// <param name="Severity">error, warning or note.</param>
/// <param name="Line">Line, from 1; 0 for the whole file.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Code">Which rule.</param>
/// <param name="Text">What it is and what follows from it.</param>
public sealed record PolicyFindingReport(string Severity, int Line, int Column, string Code, string Text);

/// <summary>What <c>shype policy compile --json</c> prints.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="File">What was written.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its digest, hex.</param>
/// <param name="TablesDigest">The digest of its tables, as <c>shype policy show</c> gives it.</param>
/// <param name="XmlPolicyHash">The SHA-1 in it, hex.</param>
public sealed record CompiledPolicyReport(string Policy, string Version, string File, int Bytes, string Sha256, string TablesDigest, string XmlPolicyHash);
