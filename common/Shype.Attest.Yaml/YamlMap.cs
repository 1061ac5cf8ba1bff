using System.Globalization;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Yaml;

/// <summary>A mapping, read member by member: what is asked for must be there and of its kind, and what nobody knows is refused.</summary>
public sealed class YamlMap : YamlNode
{
    private readonly IReadOnlyDictionary<string, YamlMember> _members;

    internal YamlMap(YamlPosition position, IReadOnlyDictionary<string, YamlMember> members)
        : base(position) => _members = members;

    /// <inheritdoc/>
    public override string Kind => "a mapping";

    internal IReadOnlyDictionary<string, YamlNode> Members => _members.ToDictionary(member => member.Key, member => member.Value.Value, StringComparer.Ordinal);

    /// <summary>The key and value of a mapping of one.</summary>
    public (string Key, YamlNode Value) Sole(string example) =>
        _members.Count == 1 ? (_members.First().Key, _members.First().Value.Value) : throw Refuse($"a single key is needed here, as in '{example}'");

    /// <summary>The value of a key; null where it is not there.</summary>
    public YamlNode? Find(string key) => Has(key) ? Need(key) : null;

    /// <summary>Refuses every key but these.</summary>
    public YamlMap Only(params ReadOnlySpan<string> known)
    {
        foreach (var (key, member) in _members)
        {
            if (!known.Contains(key))
            {
                throw new YamlRefusedException(member.Key, $"unknown key '{TextRules.Escape(key)}'; known here: {string.Join(", ", known)}");
            }
        }

        return this;
    }

    /// <summary>Whether the key is there with something behind it.</summary>
    public bool Has(string key) => _members.TryGetValue(key, out var member) && member.Value is not YamlText { IsNull: true };

    /// <summary>Where the value of a key stands; the mapping itself where the key is missing.</summary>
    public YamlPosition PositionOf(string key) => _members.TryGetValue(key, out var member) ? member.Value.Position : Position;

    /// <summary>A mapping.</summary>
    public YamlMap Map(string key) => Need(key) as YamlMap ?? throw Wrong(key, "a mapping");

    /// <summary>A mapping, or null where the key is not there.</summary>
    public YamlMap? OptionalMap(string key) => Has(key) ? Map(key) : null;

    /// <summary>A text that shows.</summary>
    public string Text(string key, int maxBytes = YamlLimits.MaxTextBytes) =>
        Need(key) is YamlText { IsNull: false } text ? Checked(text, key, maxBytes) : throw Wrong(key, "text");

    /// <summary>A text, or null where the key is not there.</summary>
    public string? OptionalText(string key, int maxBytes = YamlLimits.MaxTextBytes) => Has(key) ? Text(key, maxBytes) : null;

    /// <summary>True or false.</summary>
    public bool Bool(string key) => Need(key) switch
    {
        YamlText { IsPlain: true, Value: "true" } => true,
        YamlText { IsPlain: true, Value: "false" } => false,
        _ => throw Wrong(key, "true or false"),
    };

    /// <summary>A number.</summary>
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

    /// <summary>A path, or null where the key is not there.</summary>
    public string? OptionalPath(string key) => Has(key) ? Path(key) : null;

    /// <summary>Why the value of a key is refused, to be thrown by its reader.</summary>
    public YamlRefusedException Refuse(string key, string problem) => new(PositionOf(key), $"'{key}' {problem}");

    private IReadOnlyList<YamlNode> Items(string key, int max)
    {
        var list = Need(key) as YamlList ?? throw Wrong(key, "a list");
        return list.Items.Count <= max ? list.Items : throw list.Refuse($"'{key}' has {list.Items.Count} items, {max} are allowed");
    }

    /// <summary>The value of a key that must be there.</summary>
    public YamlNode Need(string key) => _members.TryGetValue(key, out var member) ? member.Value : throw Refuse($"'{key}' is missing");

    private YamlRefusedException Wrong(string key, string needed) => Refuse(key, $"is {Shown(_members[key].Value)}; {needed} is needed");

    private static string Shown(YamlNode node) => node is YamlText { IsNull: false, Value.Length: <= 40 } text ? $"'{TextRules.Escape(text.Value)}'" : node.Kind;

    private static string Checked(YamlText text, string key, int maxBytes) =>
        text.ProblemWithin(maxBytes) is { } problem ? throw text.Refuse($"'{key}' {problem}") : text.Value;
}

/// <summary>A value and where its key stands.</summary>
/// <param name="Key">The place of the key.</param>
/// <param name="Value">The value.</param>
public readonly record struct YamlMember(YamlPosition Key, YamlNode Value);
