using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

// The JOSE header (RFC 7515 4.1) as far as a verifier of results may act on it.
internal sealed record TokenHeader
{
    [JsonPropertyName("alg")]
    public required string Algorithm { get; init; }

    [JsonPropertyName("typ")]
    public string? Type { get; init; }

    [JsonPropertyName("kid")]
    public string? KeyId { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
