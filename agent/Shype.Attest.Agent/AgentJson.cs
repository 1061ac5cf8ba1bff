using System.Text.Json;
using System.Text.Json.Serialization;
using Shype.Attest.Agent.Commands;
using Shype.Attest.Agent.Keys;

namespace Shype.Attest.Agent;

/// <summary>The agent's own JSON: what it keeps, and what <c>--json</c> prints.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Enrolment))]
[JsonSerializable(typeof(EnrolReport))]
[JsonSerializable(typeof(MeasureReport))]
[JsonSerializable(typeof(VmReport))]
[JsonSerializable(typeof(ImagesReport))]
[JsonSerializable(typeof(VerdictReport))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(ErrorReport))]
[JsonSerializable(typeof(CompletionReport))]
internal sealed partial class AgentJson : JsonSerializerContext;
