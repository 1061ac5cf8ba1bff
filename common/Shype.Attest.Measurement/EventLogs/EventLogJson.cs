using System.Text.Json.Serialization;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>The report's JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventLogReport))]
public sealed partial class EventLogJson : JsonSerializerContext;
