using System.Text.Json;

namespace Shype.Attest.Measurement.Cel;

/// <summary>Events about the log itself (CEL 1.0, 4.2.1), between their JSON and their TLV.</summary>
internal static class CelManagement
{
    public const string Form = "an entry or an array of entries is needed: {\"type\": cel_version, firmware_end, cel_timestamp or state_trans, \"data\": ...}";

    private const byte Version = 1;
    private const byte FirmwareEnd = 2;
    private const byte Timestamp = 80;
    private const byte StateTransition = 81;
    private static readonly string[] States = ["suspend", "hibernate", "kexec"];

    /// <summary>The entries; null where the JSON is of another form.</summary>
    public static List<CelField>? Read(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MeasurementLimits.MaxCelJsonDepth, AllowDuplicateProperties = false });
        List<JsonElement> entries = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()] : [document.RootElement];
        var fields = new List<CelField>();
        foreach (var entry in entries)
        {
            if (Entry(entry) is not { } field)
            {
                return null;
            }

            fields.Add(field);
        }

        return fields;
    }

    /// <summary>Writes the entries; false, and nothing is written, where they are not all of a known form.</summary>
    public static bool TryWrite(Utf8JsonWriter json, CelContent content)
    {
        if (content.Fields.Any(field => !IsKnown(field)))
        {
            return false;
        }

        json.WriteStartArray();
        foreach (var field in content.Fields)
        {
            json.WriteStartObject();
            json.WriteString("type", field.Number switch { Version => "cel_version", FirmwareEnd => "firmware_end", Timestamp => "cel_timestamp", _ => "state_trans" });
            switch (field.Number)
            {
                case Version:
                    json.WriteStartObject("data");
                    json.WriteNumber("major", field.Value.Span[6]);
                    json.WriteNumber("minor", field.Value.Span[13]);
                    json.WriteEndObject();
                    break;
                case Timestamp:
                    json.WriteNumber("data", field.Number64!.Value);
                    break;
                case StateTransition:
                    json.WriteString("data", States[field.Value.Span[0]]);
                    break;
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        return true;
    }

    private static CelField? Entry(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("type", out var type) || entry.EnumerateObject().Any(member => member.Name is not ("type" or "data")))
        {
            return null;
        }

        var data = entry.TryGetProperty("data", out var found) ? found : default;
        return Word(type) switch
        {
            "cel_version" or "1" when data.ValueKind == JsonValueKind.Object && Small(data, "major") is { } major && Small(data, "minor") is { } minor => VersionField(major, minor),
            "firmware_end" or "2" when data.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null => new(FirmwareEnd, default),
            "cel_timestamp" or "80" when data.ValueKind == JsonValueKind.Number && data.TryGetUInt64(out var time) => new(Timestamp, Tlv.Bytes(time, sizeof(ulong))),
            "state_trans" or "81" when StateOf(data) is { } state => new(StateTransition, new[] { state }),
            _ => null,
        };
    }

    private static CelField VersionField(byte major, byte minor) =>
        new(Version, Tlv.Join([new(0, Tlv.Bytes(major, 2)), new(1, Tlv.Bytes(minor, 2))]));

    private static bool IsKnown(CelField field) => field.Number switch
    {
        Version => field.Value.Length == 14 && VersionField(field.Value.Span[6], field.Value.Span[13]).Value.Span.SequenceEqual(field.Value.Span),
        FirmwareEnd => field.Value.IsEmpty,
        Timestamp => field.Value.Length == sizeof(ulong),
        StateTransition => field.Value is { Length: 1 } && field.Value.Span[0] < States.Length,
        _ => false,
    };

    private static string Word(JsonElement type) => type.ValueKind is JsonValueKind.String ? type.GetString()! : type.GetRawText();

    private static byte? Small(JsonElement data, string name) =>
        data.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetByte(out var small) ? small : null;

    private static byte? StateOf(JsonElement data) =>
        data.ValueKind == JsonValueKind.Number && data.TryGetByte(out var number) && number < States.Length ? number
            : data.ValueKind == JsonValueKind.String && Array.IndexOf(States, data.GetString()) is >= 0 and var index ? (byte)index
            : null;
}
