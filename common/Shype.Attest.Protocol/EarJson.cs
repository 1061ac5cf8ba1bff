using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

// Results are read as receivers must: members that we do not know are ignored (draft-ietf-rats-ear 3), doubled ones are refused.
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(AttestationResult))]
[JsonSerializable(typeof(ProfileClaim))]
[JsonSerializable(typeof(TokenHeader))]
[JsonSerializable(typeof(JsonWebKeySet))]
[JsonSerializable(typeof(JsonWebKey))]
[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class EarJson : JsonSerializerContext;
