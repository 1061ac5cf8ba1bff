using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Appraisal.References;

/// <summary>Reference documents as JSON, strict as the messages of the protocol are.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(ReferenceDocument))]
public sealed partial class ReferenceJson : JsonSerializerContext;
