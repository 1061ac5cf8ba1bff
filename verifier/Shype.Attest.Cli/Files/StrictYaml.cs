using System.Text;
using Shype.Attest.Appraisal.Demands;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Shype.Attest.Cli.Files;

/// <summary>
/// Reads a small file into values from the parser's events: one document, no tags, anchors or aliases (which make types and bombs), no key twice, bounded. JSON is read as well.
/// </summary>
internal sealed class StrictYaml
{
    private readonly string _name;
    private readonly Parser _parser;
    private int _values;

    private StrictYaml(string name, string text) => (_name, _parser) = (name, new Parser(new StringReader(text)));

    /// <exception cref="CommandException">It is not understood.</exception>
    public static YamlValue Read(string name, ReadOnlySpan<byte> utf8)
    {
        try
        {
            var yaml = new StrictYaml(name, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8));
            yaml._parser.Consume<StreamStart>();
            if (!yaml._parser.TryConsume<DocumentStart>(out _))
            {
                throw CommandException.Unusable($"{name}: the file is empty");
            }

            var value = yaml.Value(1);
            yaml._parser.Consume<DocumentEnd>();
            return yaml._parser.Accept<StreamEnd>(out _) ? value : throw CommandException.Unusable($"{name}: a second document; a file has one");
        }
        catch (YamlException e)
        {
            throw CommandException.Unusable($"{name}:{e.Start.Line}:{e.Start.Column}: not YAML: {e.Message}");
        }
        catch (DecoderFallbackException e)
        {
            throw CommandException.Unusable($"{name}: not UTF-8 at byte {e.Index}");
        }
    }

    private YamlValue Value(int depth)
    {
        _parser.Accept<ParsingEvent>(out var next);
        var at = $"{_name}:{next?.Start.Line}:{next?.Start.Column}";
        if (depth > MaxDepth || ++_values > MaxValues)
        {
            throw CommandException.Unusable($"{at}: more than {MaxValues} values, or nested deeper than {MaxDepth}");
        }

        if (next is not NodeEvent { Anchor.IsEmpty: true, Tag.IsEmpty: true })
        {
            throw CommandException.Unusable($"{at}: anchors (&name), aliases (*name) and tags (!name) are not used here");
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            return new(at, scalar.Value, scalar.Style == ScalarStyle.Plain, null, null);
        }

        return _parser.TryConsume<SequenceStart>(out _) ? new(at, null, false, Items(depth), null) : new(at, null, false, null, Members(depth));
    }

    private List<YamlValue> Items(int depth)
    {
        var items = new List<YamlValue>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Value(depth + 1));
        }

        return items;
    }

    private Dictionary<string, YamlValue> Members(int depth)
    {
        _parser.Consume<MappingStart>();
        var members = new Dictionary<string, YamlValue>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Value(depth + 1);
            if (!members.TryAdd(key.Text(), Value(depth + 1)))
            {
                throw key.Refuse($"key '{key.Text()}' is there twice");
            }
        }

        return members;
    }

    private const int MaxDepth = 8;
    private const int MaxValues = 20_000;
}

/// <summary>A text, a list or a mapping, and where it stands; only who asks for it says what it means.</summary>
internal sealed record YamlValue(string At, string? Scalar, bool IsPlain, List<YamlValue>? Items, Dictionary<string, YamlValue>? Keys) : IDemandValue
{
    public string Text() => Scalar is { Length: > 0 and <= DemandGrammar.MaxText } && !(IsPlain && Scalar is "~" or "null")
        ? Scalar
        : throw Refuse($"text of 1 to {DemandGrammar.MaxText} characters is needed");

    public bool Flag() => this is { IsPlain: true, Scalar: "true" or "false" } ? Scalar == "true" : throw Refuse("true or false is needed");

    public IReadOnlyList<IDemandValue> List() => Items ?? throw Refuse("a list is needed");

    public IReadOnlyDictionary<string, IDemandValue> Members() =>
        Keys?.ToDictionary(member => member.Key, IDemandValue (member) => member.Value, StringComparer.Ordinal) ?? throw Refuse("a mapping is needed");

    /// <summary>A mapping of these keys and no other.</summary>
    public YamlValue Map(params ReadOnlySpan<string> known)
    {
        foreach (var key in (Keys ?? throw Refuse("a mapping is needed")).Keys)
        {
            if (!known.Contains(key))
            {
                throw Keys[key].Refuse($"unknown key '{key}'; known here: {string.Join(", ", known)}");
            }
        }

        return this;
    }

    public YamlValue? Find(string key) => Keys!.GetValueOrDefault(key);

    public CommandException Refuse(string problem) => CommandException.Unusable($"{At}: {problem}");

    Exception IDemandValue.Refuse(string problem) => Refuse(problem);
}
