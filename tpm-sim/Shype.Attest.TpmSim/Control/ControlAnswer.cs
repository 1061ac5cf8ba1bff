using System.Text.Json.Serialization;

namespace Shype.Attest.TpmSim.Control;

/// <summary>What a running host answers to a control request.</summary>
/// <param name="Done">What was done: the request.</param>
/// <param name="BootId">The boot id that is current now.</param>
/// <param name="Error">Why it was not done.</param>
internal sealed record ControlAnswer(string? Done, string? BootId, string? Error);

/// <summary>Its JSON, one line on the wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;
