using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>A relying party asks for a fresh verdict about a VM or a host.</summary>
public sealed record AttestRequest
{
    /// <summary>The asker's nonce, 8 to 64 bytes; it comes back in the result's <c>eat_nonce</c>.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public required byte[] Nonce { get; init; }

    /// <summary>What the asker demands of the host's isolation, as a list of demands in the form of docs/guarantees.md; the result answers each one.</summary>
    public JsonElement? Guarantees { get; init; }

    /// <summary>Labels that the asker trusts to pass nothing on.</summary>
    public JsonElement? Mediators { get; init; }
}
