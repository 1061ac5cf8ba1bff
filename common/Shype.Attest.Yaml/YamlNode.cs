using System.Globalization;
using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Yaml;

/// <summary>A part of a file that knows where it stands; only its reader says what it means, so that "no" and "1.0" stay what was written.</summary>
public abstract class YamlNode
{
    private protected YamlNode(YamlPosition position) => Position = position;

    /// <summary>Where it stands.</summary>
    public YamlPosition Position { get; }

    /// <summary>What it is, for a message.</summary>
    public abstract string Kind { get; }

    /// <summary>Why it is refused, to be thrown by its reader.</summary>
    public YamlRefusedException Refuse(string problem) => new(Position, problem);

    /// <summary>It as a text that shows: not empty, not null, no hidden characters, bounded.</summary>
    public string AsText(int maxBytes = YamlLimits.MaxTextBytes)
    {
        if (this is not YamlText { IsNull: false } text || text.Value.Length == 0)
        {
            throw Needed($"text of 1 to {maxBytes} bytes");
        }

        return text.ProblemWithin(maxBytes) is { } problem ? throw Refuse(problem) : text.Value;
    }

    /// <summary>It as true or false, and no other word for these.</summary>
    public bool AsBool() => this switch
    {
        YamlText { IsPlain: true, Value: "true" } => true,
        YamlText { IsPlain: true, Value: "false" } => false,
        _ => throw Needed("true or false"),
    };

    /// <summary>It as a number in decimal digits.</summary>
    public int AsNumber() =>
        this is YamlText { IsPlain: true } text && int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Needed("a number");

    /// <summary>It as a list.</summary>
    public IReadOnlyList<YamlNode> AsList(int max)
    {
        var list = this as YamlList ?? throw Needed("a list");
        return list.Items.Count <= max ? list.Items : throw Refuse($"has {list.Items.Count} items, {max} are allowed");
    }

    /// <summary>It as a mapping of any keys, for a reader that knows which by what it finds.</summary>
    public IReadOnlyDictionary<string, YamlNode> AsMembers() => (this as YamlMap ?? throw Needed("a mapping")).Members;

    /// <summary>It as a mapping of these keys and no other.</summary>
    public YamlMap AsMap(params ReadOnlySpan<string> known) => (this as YamlMap ?? throw Needed("a mapping")).Only(known);

    private YamlRefusedException Needed(string what) =>
        Refuse($"{(this is YamlText { IsNull: false, Value.Length: > 0 and <= 40 } text ? $"'{TextRules.Escape(text.Value)}'" : Kind)} stands here; {what} is needed");
}

/// <summary>A scalar.</summary>
public sealed class YamlText : YamlNode
{
    internal YamlText(YamlPosition position, string value, bool isPlain)
        : base(position) => (Value, IsPlain) = (value, isPlain);

    /// <summary>What is written.</summary>
    public string Value { get; }

    /// <summary>Written without quotes: the only form in which true, 11 and nothing are more than text.</summary>
    public bool IsPlain { get; }

    /// <summary>Whether nothing is written.</summary>
    public bool IsNull => IsPlain && Value is ("" or "~" or "null");

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : "text";

    /// <summary>Why it cannot be shown or kept; null where it can.</summary>
    internal string? ProblemWithin(int maxBytes) =>
        TextRules.IndexOfForbidden(Value) is var bad and >= 0 ? $"holds U+{(int)Value[bad]:X4}, a character that does not show"
        : Encoding.UTF8.GetByteCount(Value) is var bytes && bytes > maxBytes ? $"has {bytes} bytes, {maxBytes} are allowed"
        : null;
}

/// <summary>A list.</summary>
public sealed class YamlList : YamlNode
{
    internal YamlList(YamlPosition position, IReadOnlyList<YamlNode> items)
        : base(position) => Items = items;

    /// <summary>Its items.</summary>
    public IReadOnlyList<YamlNode> Items { get; }

    /// <inheritdoc/>
    public override string Kind => "a list";
}
