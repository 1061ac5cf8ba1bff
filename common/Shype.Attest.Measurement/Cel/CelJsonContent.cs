using System.Text;
using System.Text.Json;
using Shype.Attest.Measurement.EventLogs;

namespace Shype.Attest.Measurement.Cel;

/// <summary>Contents in JSON: an object for the types that have one, or the hexadecimal TLV value for any.</summary>
internal sealed class CelJsonContent(CelReading reading, int origin)
{
    private static readonly Dictionary<string, uint> EventTypes = Enum.GetValues<EventType>().DistinctBy(type => type.ToText()).ToDictionary(type => type.ToText(), type => (uint)type, StringComparer.OrdinalIgnoreCase);

    public CelContent Read(CelContentType type, ReadOnlyMemory<byte> text)
    {
        var json = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = MeasurementLimits.MaxCelJsonDepth });
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return reading.Content(type, Hex(json) ?? throw Refuse(json, "hexadecimal digits are needed"), origin);
        }

        var fields = type == CelContentType.Management ? CelManagement.Read(text) ?? throw Refuse(json, CelManagement.Form)
            : CelContentTable.FieldsOf(type) is { } rules ? Fields(ref json, rules)
            : throw Refuse(json, "of this type the value is needed in hexadecimal digits");
        return reading.Content(type, Tlv.Join(fields.ToArray()), origin);
    }

    /// <summary>The bytes of a string of hexadecimal digits; null where it is none.</summary>
    public static byte[]? Hex(Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String || json.ValueIsEscaped || json.ValueSpan.Length % 2 != 0)
        {
            return null;
        }

        var bytes = new byte[json.ValueSpan.Length / 2];
        return Convert.FromHexString(json.ValueSpan, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }

    // In the order of their numbers, so that the same content is the same bytes whatever order JSON has.
    private List<CelField> Fields(ref Utf8JsonReader json, CelFieldRule[] rules)
    {
        var fields = new SortedDictionary<byte, CelField>();
        Need(json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            if (Array.Find(rules, rule => rule.Name == name) is not { } rule)
            {
                reading.Find(CelFindingCode.UnknownMember, reading.Count, At(json), "a member of the content is not known here");
                json.Skip();
            }
            else if (!fields.TryAdd(rule.Number, new(rule.Number, Value(json, rule))))
            {
                throw Refuse(json, $"{rule.Name} is there twice");
            }
        }

        return [.. fields.Values];
    }

    private byte[] Value(Utf8JsonReader json, CelFieldRule rule) => rule.Kind switch
    {
        CelFieldKind.Bytes => Hex(json) ?? throw Refuse(json, $"{rule.Name}: hexadecimal digits are needed"),
        CelFieldKind.Text when json.TokenType == JsonTokenType.String => Encoding.UTF8.GetBytes(json.GetString()!),
        CelFieldKind.Number when json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out var number) && (rule.Width == sizeof(ulong) || number >> (8 * rule.Width) == 0) => Tlv.Bytes(number, rule.Width),
        CelFieldKind.Number when json.TokenType == JsonTokenType.String && EventTypes.TryGetValue(json.GetString()!, out var type) => Tlv.Bytes(type, rule.Width),
        _ => throw Refuse(json, $"{rule.Name}: {(rule.Kind == CelFieldKind.Text ? "text" : $"a number of {rule.Width} bytes")} is needed"),
    };

    private void Need(Utf8JsonReader json, JsonTokenType token)
    {
        if (json.TokenType != token)
        {
            throw Refuse(json, $"{token} is needed, {json.TokenType} found");
        }
    }

    private LogFormatException Refuse(Utf8JsonReader json, string problem) => reading.Refuse("content", At(json), problem);

    private int At(Utf8JsonReader json) => origin + (int)json.TokenStartIndex;
}
