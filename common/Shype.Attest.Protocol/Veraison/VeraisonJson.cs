using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol.Veraison;

/// <summary>Veraison's messages, source-generated. Readers ignore members that they do not know, as those of that project do.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(ChallengeResponseSession))]
[JsonSerializable(typeof(VerificationService))]
public sealed partial class VeraisonJson : JsonSerializerContext
{
    /// <summary>For writing: "+cbor" stays as it is, so that a plain shell can read what it gets. Nothing of it is ever put into a page.</summary>
    internal static VeraisonJson Plain => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
