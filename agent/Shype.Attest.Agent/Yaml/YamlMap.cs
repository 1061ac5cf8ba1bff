using System.Globalization;
using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Yaml;

/// <summary>A mapping, read member by member: what is asked for must be there and of its kind, and what nobody knows is refused.</summary>
internal sealed class YamlMap(YamlPosition position, IReadOnlyDictionary<string, YamlMember> members) : YamlNode(position)
{
    public override string Kind => "a mapping";

    /// <summary>Refuses every key but these.</summary>
    public YamlMap Only(params ReadOnlySpan<string> known)
    {
        foreach (var (key, member) in members)
        {
            if (!known.Contains(key))
            {
                throw new YamlRefusedException(member.Key, $"unknown key '{TextRules.Escape(key)}'; known here: {string.Join(", ", known)}");
            }
        }

        return this;
    }

    public bool Has(string key) => members.TryGetValue(key, out var member) && member.Value is not YamlText { IsNull: true };

    public YamlPosition PositionOf(string key) => members.TryGetValue(key, out var member) ? member.Value.Position : Position;

    public YamlMap Map(string key) => Need(key) as YamlMap ?? throw Wrong(key, "a mapping");

    public YamlMap? OptionalMap(string key) => Has(key) ? Map(key) : null;

    public string Text(string key, int maxBytes = NameBytes) =>
        Need(key) is YamlText { IsNull: false } text ? Checked(text, key, maxBytes) : throw Wrong(key, "text");

    public string? OptionalText(string key, int maxBytes = NameBytes) => Has(key) ? Text(key, maxBytes) : null;

    public bool Bool(string key) => Need(key) switch
    {
        YamlText { IsPlain: true, Value: "true" } => true,
        YamlText { IsPlain: true, Value: "false" } => false,
        _ => throw Wrong(key, "true or false"),
    };

    public int Number(string key) =>
        Need(key) is YamlText { IsPlain: true } text && int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(key, "a number");

    /// <summary>A list of texts, of at least one.</summary>
    public IReadOnlyList<YamlText> Texts(string key, int max) =>
        [.. Items(key, max).Select((item, i) => item as YamlText ?? throw item.Refuse($"'{key}' item {i + 1} is {item.Kind}; text is needed"))];

    /// <summary>A list of mappings; empty where the key is not there.</summary>
    public IReadOnlyList<YamlMap> Maps(string key, int max) => !Has(key)
        ? []
        : [.. Items(key, max).Select((item, i) => item as YamlMap ?? throw item.Refuse($"'{key}' item {i + 1} is {item.Kind}; a mapping is needed"))];

    /// <summary>A path, made whole from the folder that the file stands in.</summary>
    public string Path(string key) =>
        System.IO.Path.GetFullPath(Text(key, YamlLimits.MaxPathBytes), System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Position.File))!);

    public string? OptionalPath(string key) => Has(key) ? Path(key) : null;

    public YamlRefusedException Refuse(string key, string problem) => new(PositionOf(key), $"'{key}' {problem}");

    private IReadOnlyList<YamlNode> Items(string key, int max)
    {
        var list = Need(key) as YamlList ?? throw Wrong(key, "a list");
        return list.Items.Count <= max ? list.Items : throw list.Refuse($"'{key}' has {list.Items.Count} items, {max} are allowed");
    }

    private YamlNode Need(string key) => members.TryGetValue(key, out var member) ? member.Value : throw Refuse($"'{key}' is missing");

    private YamlRefusedException Wrong(string key, string needed) => Refuse(key, $"is {Shown(members[key].Value)}; {needed} is needed");

    private static string Shown(YamlNode node) => node is YamlText { IsNull: false, Value.Length: <= 40 } text ? $"'{TextRules.Escape(text.Value)}'" : node.Kind;

    private static string Checked(YamlText text, string key, int maxBytes)
    {
        if (TextRules.IndexOfForbidden(text.Value) is var bad and >= 0)
        {
            throw text.Refuse($"'{key}' holds U+{(int)text.Value[bad]:X4}, a character that does not show");
        }

        var bytes = Encoding.UTF8.GetByteCount(text.Value);
        return bytes <= maxBytes ? text.Value : throw text.Refuse($"'{key}' has {bytes} bytes, {maxBytes} are allowed");
    }

    private const int NameBytes = Measurement.MeasurementLimits.MaxNameBytes;
}

/// <summary>A value and where its key stands.</summary>
internal readonly record struct YamlMember(YamlPosition Key, YamlNode Value);
