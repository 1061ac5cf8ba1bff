using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Measurement.Records;

/// <summary>Digests in JSON, as text "kind:hex".</summary>
public sealed class MeasuredDigestConverter : JsonConverter<MeasuredDigest>
{
    /// <inheritdoc/>
    public override MeasuredDigest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && MeasuredDigest.TryParse(reader.GetString(), out var digest)
            ? digest
            : throw new JsonException("not a digest: write \"sha256:\" and 64 hex digits, or sha384, sha512, fs-verity, dm-verity");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MeasuredDigest value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
