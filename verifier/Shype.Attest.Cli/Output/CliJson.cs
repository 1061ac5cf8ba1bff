using System.Text.Json;
using System.Text.Json.Serialization;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Output;

/// <summary>What <c>--json</c> prints, source-generated. The default encoder writes everything outside of ASCII as \uXXXX, so that it is safe on a terminal too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ErrorReport))]
[JsonSerializable(typeof(QuoteReport))]
[JsonSerializable(typeof(VerdictReport))]
[JsonSerializable(typeof(TokenProblemCode))]
[JsonSerializable(typeof(ReferenceReport))]
[JsonSerializable(typeof(ReferenceCaptureReport))]
[JsonSerializable(typeof(ReferenceFileReport))]
[JsonSerializable(typeof(PackageReport))]
[JsonSerializable(typeof(PolicyReport))]
[JsonSerializable(typeof(BinaryPolicyReport))]
[JsonSerializable(typeof(PolicyProblemsReport))]
[JsonSerializable(typeof(PolicyCheckReport))]
[JsonSerializable(typeof(CompiledPolicyReport))]
[JsonSerializable(typeof(ProofReport))]
[JsonSerializable(typeof(FlowReport))]
[JsonSerializable(typeof(GraphReport))]
[JsonSerializable(typeof(CelConversionReport))]
[JsonSerializable(typeof(FlaskReport))]
[JsonSerializable(typeof(FlaskProblemReport))]
[JsonSerializable(typeof(ImaReport))]
[JsonSerializable(typeof(BundleReport))]
[JsonSerializable(typeof(BundleWritten))]
[JsonSerializable(typeof(AppraisalPolicyReport))]
[JsonSerializable(typeof(FleetTrialReport))]
[JsonSerializable(typeof(EkCheckReport))]
[JsonSerializable(typeof(AuditExported))]
[JsonSerializable(typeof(AuditHeadReport))]
[JsonSerializable(typeof(SessionReport))]
[JsonSerializable(typeof(SessionClosed))]
[JsonSerializable(typeof(CompletionReport))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class CliJson : JsonSerializerContext;

/// <summary>What <c>--json</c> prints when a command cannot answer.</summary>
/// <param name="Error">What is wrong.</param>
public sealed record ErrorReport(ErrorDetail Error);

/// <summary>What is wrong.</summary>
/// <param name="Text">One message for a person.</param>
/// <param name="ExitCode">What the program ended with.</param>
public sealed record ErrorDetail(string Text, int ExitCode);

/// <summary>A verdict's token.</summary>
/// <param name="Verified">Whether signature and time hold.</param>
/// <param name="Status">The worst tier of all parts; null where there is no token.</param>
/// <param name="Problem">Why it is not verified; null as well where no keys were given to check it with.</param>
/// <param name="Claims">The token's claims as they came.</param>
public sealed record VerdictReport(bool Verified, string? Status, VerdictProblem? Problem, JsonElement? Claims);

/// <summary>Why a token is not verified.</summary>
/// <param name="Code">The code, kebab-case.</param>
/// <param name="Detail">The reason in words.</param>
public sealed record VerdictProblem(string Code, string Detail);

/// <summary>References that were replaced.</summary>
/// <param name="Version">The version that is in force now.</param>
/// <param name="Digest">SHA-256 of the document, as results name it.</param>
public sealed record ReferenceReport(string? Version, string Digest);
