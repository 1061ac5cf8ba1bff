namespace Shype.Attest.Agent.Yaml;

/// <summary>A part of a file that knows where it stands.</summary>
internal abstract class YamlNode(YamlPosition position)
{
    public YamlPosition Position { get; } = position;

    /// <summary>What it is, for a message.</summary>
    public abstract string Kind { get; }

    public YamlRefusedException Refuse(string problem) => new(Position, problem);
}

/// <summary>A scalar; only the reader of a member says what it means, so that "no" and "1.0" stay what was written.</summary>
internal sealed class YamlText(YamlPosition position, string value, bool isPlain) : YamlNode(position)
{
    public string Value { get; } = value;

    /// <summary>Written without quotes: the only form in which true, 11 and nothing are more than text.</summary>
    public bool IsPlain { get; } = isPlain;

    public bool IsNull => IsPlain && Value is ("" or "~" or "null");

    public override string Kind => IsNull ? "nothing" : "text";
}

internal sealed class YamlList(YamlPosition position, IReadOnlyList<YamlNode> items) : YamlNode(position)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Kind => "a list";
}
