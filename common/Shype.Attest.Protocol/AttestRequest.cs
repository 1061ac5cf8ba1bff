using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>A relying party asks for a fresh verdict about a VM or a host.</summary>
public sealed record AttestRequest
{
    /// <summary>The asker's nonce, 8 to 64 bytes; it comes back in the result's <c>eat_nonce</c>.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public required byte[] Nonce { get; init; }
}
