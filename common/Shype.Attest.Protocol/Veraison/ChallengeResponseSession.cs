using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol.Veraison;

/// <summary>A session of Veraison's challenge-response interface, version 1, as it travels.</summary>
public sealed record ChallengeResponseSession
{
    /// <summary>Where it stands.</summary>
    [JsonPropertyName("status")]
    public required SessionStatus Status { get; init; }

    /// <summary>What the evidence must answer, base64url. The deployed Rust client reads it in the standard alphabet, so ours never have '-' or '_'.</summary>
    [JsonPropertyName("nonce")]
    [JsonConverter(typeof(Base64UrlConverter))]
    public required byte[] Nonce { get; init; }

    /// <summary>From then on it is gone.</summary>
    [JsonPropertyName("expiry")]
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>The media types of evidence that are taken.</summary>
    [JsonPropertyName("accept")]
    public required IReadOnlyList<string> Accept { get; init; }

    /// <summary>The evidence, once there is some.</summary>
    [JsonPropertyName("evidence")]
    public SessionEvidence? Evidence { get; init; }

    /// <summary>The result, a JWT, once there is one.</summary>
    [JsonPropertyName("result")]
    public string? Result { get; init; }

    /// <summary>The session in JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, VeraisonJson.Plain.ChallengeResponseSession);
}

/// <summary>Evidence as it came.</summary>
public sealed record SessionEvidence
{
    /// <summary>Its media type.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>Its bytes: base64 in the standard alphabet, padded.</summary>
    [JsonPropertyName("value")]
    public required byte[] Value { get; init; }
}

/// <summary>Where a session stands.</summary>
public enum SessionStatus
{
    /// <summary>No evidence came yet.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Evidence came and is appraised; the nonce is spent.</summary>
    [JsonStringEnumMemberName("processing")]
    Processing,

    /// <summary>There is a result.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,

    /// <summary>The evidence could not be read, or the verifier failed.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
