using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Shype.Attest.Protocol;

/// <summary>CMWs in JSON (draft-ietf-rats-msg-wrap 3.2 and 3.3): read as strictly as in CBOR, to the same records and collections.</summary>
public static class CmwJson
{
    /// <summary>Reads one CMW; bounded in size, depth and count, no doubled label, base64url without padding.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out Cmw? cmw, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        (cmw, problem) = (null, null);
        if (utf8.Length > ProtocolLimits.MaxEvidenceBytes)
        {
            problem = new ProtocolProblem("cmw", 0, $"{utf8.Length} bytes, {ProtocolLimits.MaxEvidenceBytes} are allowed", nameof(ProtocolLimits.MaxEvidenceBytes));
            return false;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = ProtocolLimits.MaxCmwDepth + 2 });
        try
        {
            reader.Read();
            cmw = Read(ref reader, "cmw", 1);
            // The reader itself refuses whatever stands behind the one value.
            reader.Read();
            return true;
        }
        catch (ProtocolFormatException refused)
        {
            problem = refused.Problem;
        }
        // InvalidOperationException: text that is not UTF-8, or half a surrogate pair.
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            problem = new ProtocolProblem("cmw", (int)reader.TokenStartIndex, "is not JSON, or nested too deep");
        }

        cmw = null;
        return false;
    }

    /// <summary>A CMW in JSON; integer labels exist only in CBOR.</summary>
    public static byte[] Encode(Cmw cmw)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(cmw, writer);
        }

        return buffer.ToArray();
    }

    private static Cmw Read(ref Utf8JsonReader reader, string member, int depth) => reader.TokenType switch
    {
        _ when depth > ProtocolLimits.MaxCmwDepth => throw Refuse(reader, member, $"nested deeper than {ProtocolLimits.MaxCmwDepth}", nameof(ProtocolLimits.MaxCmwDepth)),
        JsonTokenType.StartArray => ReadRecord(ref reader, member),
        JsonTokenType.StartObject => ReadCollection(ref reader, member, depth),
        _ => throw Refuse(reader, member, "a record or a collection is needed"),
    };

    private static CmwRecord ReadRecord(ref Utf8JsonReader reader, string member)
    {
        string? mediaType = null;
        ushort? format = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            mediaType = Text(ref reader, member + " type");
        }
        else if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt16(out var number))
        {
            format = number;
        }
        else
        {
            throw Refuse(reader, member + " type", "a media type or a content format is needed");
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.String || !Base64UrlText.TryDecode(reader.GetString(), out var value))
        {
            throw Refuse(reader, member + " value", "is not base64url without padding");
        }

        var indicator = 0u;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
        {
            indicator = reader.TryGetUInt32(out var bits) && bits > 0 ? bits : throw Refuse(reader, member + " ind", "an indicator is 1 to 2^32-1; leave it out when unknown");
            reader.Read();
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? new CmwRecord(mediaType, format, value, indicator)
            : throw Refuse(reader, member, "a record has 2 or 3 items");
    }

    private static CmwMap ReadCollection(ref Utf8JsonReader reader, string member, int depth)
    {
        string? type = null;
        var entries = new Dictionary<string, Cmw>(StringComparer.Ordinal);
        for (reader.Read(); reader.TokenType == JsonTokenType.PropertyName; reader.Read())
        {
            var label = Text(ref reader, member + " label");
            if (label.StartsWith('#'))
            {
                throw Refuse(reader, member + " label", "a text label does not start with '#'");
            }

            if (entries.ContainsKey(label) || (label == TypeLabel && type is not null))
            {
                throw Refuse(reader, member, $"label '{label}' appears twice");
            }

            reader.Read();
            if (label == TypeLabel)
            {
                type = reader.TokenType == JsonTokenType.String ? Text(ref reader, TypeLabel) : throw Refuse(reader, TypeLabel, "a text is needed");
                continue;
            }

            if (entries.Count == ProtocolLimits.MaxCmwEntries)
            {
                throw Refuse(reader, member, $"more than {ProtocolLimits.MaxCmwEntries} entries", nameof(ProtocolLimits.MaxCmwEntries));
            }

            entries.Add(label, Read(ref reader, label, depth + 1));
        }

        return entries.Count > 0 ? new CmwMap(type, entries) : throw Refuse(reader, member, "a collection has at least one entry");
    }

    private static string Text(ref Utf8JsonReader reader, string member)
    {
        var text = reader.GetString()!;
        return Encoding.UTF8.GetByteCount(text) <= ProtocolLimits.MaxCmwTextBytes
            ? text
            : throw Refuse(reader, member, $"more than {ProtocolLimits.MaxCmwTextBytes} bytes", nameof(ProtocolLimits.MaxCmwTextBytes));
    }

    private static void Write(Cmw cmw, Utf8JsonWriter writer)
    {
        switch (cmw)
        {
            case CmwRecord record:
                writer.WriteStartArray();
                if (record.MediaType is { } type)
                {
                    writer.WriteStringValue(type);
                }
                else
                {
                    writer.WriteNumberValue(record.ContentFormat.GetValueOrDefault());
                }

                writer.WriteStringValue(Base64UrlText.Encode(record.Value.Span));
                if (record.Indicator != 0)
                {
                    writer.WriteNumberValue(record.Indicator);
                }

                writer.WriteEndArray();
                break;
            case CmwMap map:
                writer.WriteStartObject();
                if (map.CollectionType is { } collection)
                {
                    writer.WriteString(TypeLabel, collection);
                }

                foreach (var (label, entry) in map.Entries)
                {
                    writer.WritePropertyName(label);
                    Write(entry, writer);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static ProtocolFormatException Refuse(Utf8JsonReader reader, string member, string problem, string? limit = null) =>
        Cbor.StrictCborReader.RefuseAt((int)reader.TokenStartIndex, member, problem, limit);

    private const string TypeLabel = "__cmwc_t";
}
