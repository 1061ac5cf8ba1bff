using System.Text.Json.Serialization;

namespace Shype.Attest.Cli.Output;

/// <summary>What <c>--json</c> prints, source-generated. The default encoder writes everything outside of ASCII as \uXXXX, so that it is safe on a terminal too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ErrorReport))]
public sealed partial class CliJson : JsonSerializerContext;

/// <summary>What <c>--json</c> prints when a command cannot answer.</summary>
/// <param name="Error">What is wrong.</param>
public sealed record ErrorReport(ErrorDetail Error);

/// <summary>What is wrong.</summary>
/// <param name="Text">One message for a person.</param>
/// <param name="ExitCode">What the program ended with.</param>
public sealed record ErrorDetail(string Text, int ExitCode);
