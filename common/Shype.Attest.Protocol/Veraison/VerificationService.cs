using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol.Veraison;

/// <summary>Veraison's discovery document of a verification service (<c>/.well-known/veraison/verification</c>).</summary>
public sealed record VerificationService
{
    /// <summary>The key that results are checked with now; all of them are in the key set.</summary>
    [JsonPropertyName("ear-verification-key")]
    public required JsonWebKey EarVerificationKey { get; init; }

    /// <summary>The media types of evidence that are taken.</summary>
    [JsonPropertyName("media-types")]
    public required IReadOnlyList<string> MediaTypes { get; init; }

    /// <summary>What kinds of evidence that are.</summary>
    [JsonPropertyName("attestation-schemes")]
    public required IReadOnlyList<string> AttestationSchemes { get; init; }

    /// <summary>The program's version.</summary>
    [JsonPropertyName("version")]
    public required string Version { get; init; }

    /// <summary>"READY", or why not.</summary>
    [JsonPropertyName("service-state")]
    public required string ServiceState { get; init; }

    /// <summary>Names of interfaces, and their addresses.</summary>
    [JsonPropertyName("api-endpoints")]
    public required IReadOnlyDictionary<string, string> ApiEndpoints { get; init; }

    /// <summary>The document in JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, VeraisonJson.Plain.VerificationService);
}
