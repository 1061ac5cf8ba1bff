namespace Shype.Attest.Measurement.Cel;

/// <summary>What a field's value is.</summary>
internal enum CelFieldKind
{
    Bytes,
    Text,
    Number,
}

/// <summary>A field of a content type: its number in TLV and CBOR, its name in JSON.</summary>
/// <param name="Number">The number.</param>
/// <param name="Name">The name.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Width">Bytes of a number.</param>
/// <param name="IsNeeded">Whether no content of the type is without it.</param>
internal sealed record CelFieldRule(byte Number, string Name, CelFieldKind Kind, int Width = 0, bool IsNeeded = false);

/// <summary>The fields of the content types that are known here (CEL 1.0, 4.2 and 5; of systemd's as libcel numbers them).</summary>
internal static class CelContentTable
{
    public const byte SystemdEventType = 0;

    private static readonly string[] SystemdTypes = ["phase", "filesystem", "volume-key", "machine-id"];

    private static readonly Dictionary<CelContentType, (string Name, CelFieldRule[] Fields)> Known = new()
    {
        [CelContentType.PcClient] = ("pcclient_std", [new(0, "event_type", CelFieldKind.Number, 4, IsNeeded: true), new(1, "event_data", CelFieldKind.Bytes, IsNeeded: true)]),
        [CelContentType.ImaTemplate] = ("ima_template", [new(0, "template_name", CelFieldKind.Text, IsNeeded: true), new(1, "template_data", CelFieldKind.Bytes, IsNeeded: true)]),
        [CelContentType.ImaTlv] = ("ima_tlv",
        [
            new(0, "path", CelFieldKind.Text), new(1, "datahash", CelFieldKind.Bytes), new(2, "datasig", CelFieldKind.Bytes), new(3, "owner", CelFieldKind.Bytes),
            new(4, "group", CelFieldKind.Bytes), new(5, "mode", CelFieldKind.Bytes), new(6, "timestamp", CelFieldKind.Bytes), new(7, "label", CelFieldKind.Bytes),
        ]),
        [CelContentType.Systemd] = ("systemd",
        [
            new(SystemdEventType, "eventType", CelFieldKind.Text), new(1, "timestamp", CelFieldKind.Number, 8), new(2, "bootId", CelFieldKind.Bytes), new(3, "string", CelFieldKind.Text, IsNeeded: true),
        ]),
    };

    // libcel calls it pcclient in JSON.
    public static bool TryFind(string name, out CelContentType type)
    {
        type = name switch
        {
            "cel" => CelContentType.Management,
            "pcclient" => CelContentType.PcClient,
            "cos" => CelContentType.Cos,
            _ => Known.FirstOrDefault(entry => entry.Value.Name == name).Key,
        };
        return type != 0;
    }

    public static string? NameOf(CelContentType type) => type switch
    {
        CelContentType.Management => "cel",
        CelContentType.Cos => "cos",
        _ => Known.TryGetValue(type, out var entry) ? entry.Name : null,
    };

    public static CelFieldRule[]? FieldsOf(CelContentType type) => Known.TryGetValue(type, out var entry) ? entry.Fields : null;

    public static CelFieldRule? RuleOf(CelContentType type, byte field) => Array.Find(FieldsOf(type) ?? [], rule => rule.Number == field);

    /// <summary>Whether the fields, each in its own form, say all of the value: known ones in ascending order, numbers in their width.</summary>
    public static bool IsPlain(CelContent content) =>
        FieldsOf(content.Type) is not null
        && content.Fields.All(field => RuleOf(content.Type, field.Number) is { } rule && (rule.Kind != CelFieldKind.Number || field.Value.Length == rule.Width))
        && content.Fields.Zip(content.Fields.Skip(1), (one, next) => one.Number < next.Number).All(ascends => ascends);

    /// <summary>Whether the value is one or more TLVs.</summary>
    public static bool IsNested(CelContentType type) => type is CelContentType.Management or CelContentType.Cos || Known.ContainsKey(type);

    /// <summary>libcel numbers the types of systemd's events, systemd itself names them.</summary>
    public static string SystemdType(ReadOnlySpan<byte> value) =>
        value is [var number] && number < SystemdTypes.Length ? SystemdTypes[number] : System.Text.Encoding.UTF8.GetString(value);
}
