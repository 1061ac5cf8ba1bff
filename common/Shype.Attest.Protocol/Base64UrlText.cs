using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>Base64url without padding (RFC 4648 5), read strictly: one text for one byte string.</summary>
public static class Base64UrlText
{
    /// <summary>The text of these bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Reads what <see cref="Encode"/> writes and nothing else: no padding, no white space, no stray low bits.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.ContainsAny("= \t\r\n") || !Base64Url.IsValid(text))
        {
            return false;
        }

        var decoded = Base64Url.DecodeFromChars(text);
        // RFC 4648 3.5: unused low bits must be zero, or one value would have several texts.
        if (!text.SequenceEqual(Base64Url.EncodeToString(decoded)))
        {
            return false;
        }

        bytes = decoded;
        return true;
    }
}

/// <summary>Byte strings as base64url in JSON, where a person or a JOSE library meets them.</summary>
public sealed class Base64UrlConverter : JsonConverter<byte[]>
{
    /// <inheritdoc/>
    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Base64UrlText.TryDecode(reader.GetString(), out var bytes)
            ? bytes
            : throw new JsonException("not base64url without padding");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Base64UrlText.Encode(value));
    }
}
