using System.Diagnostics.CodeAnalysis;
using System.Text;
using Shype.Attest.Measurement.Records;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Shype.Attest.Yaml;

/// <summary>
/// Reads a file into a tree from the parser's events: one document, no tags, anchors or aliases (which make types and bombs), no key twice, bounded.
/// No object is ever made by a name that stands in the file.
/// </summary>
public sealed class StrictYaml
{
    private readonly string _file;
    private readonly Parser _parser;
    private int _nodes;

    private StrictYaml(string file, string text) => (_file, _parser) = (file, new Parser(new StringReader(text)));

    /// <summary>Reads a file and what <paramref name="read"/> makes of its mapping, or says what is wrong where.</summary>
    public static bool TryReadFile<T>(string file, Func<YamlMap, T> read, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out YamlProblem? problem)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return TryRead(file, Bytes(file), read, out value, out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (value, problem) = (null, new YamlProblem(new YamlPosition(file, 0, 0), "cannot be read: " + e.Message));
            return false;
        }
    }

    /// <summary>Reads a document and what <paramref name="read"/> makes of its mapping, or says what is wrong where; <paramref name="name"/> stands in the message.</summary>
    public static bool TryRead<T>(
        string name, ReadOnlySpan<byte> utf8, Func<YamlMap, T> read, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out YamlProblem? problem)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        (value, problem) = (null, null);
        try
        {
            value = read(new StrictYaml(name, Text(name, utf8)).Document());
            return true;
        }
        catch (YamlRefusedException refused)
        {
            problem = refused.Problem;
        }
        catch (YamlException refused)
        {
            problem = new YamlProblem(PositionAt(name, refused.Start), "not YAML: " + TextRules.Escape(refused.Message));
        }

        return false;
    }

    private YamlMap Document()
    {
        Take<StreamStart>();
        var start = Take<DocumentStart>("the file is empty");
        var node = Node(1);
        Take<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
        {
            throw new YamlRefusedException(Here(), "a second document; a file has one");
        }

        return node as YamlMap ?? throw new YamlRefusedException(PositionAt(_file, start.Start), $"the file is {node.Kind}; a mapping is needed");
    }

    private YamlNode Node(int depth)
    {
        var position = Here();
        if (depth > YamlLimits.MaxDepth)
        {
            throw new YamlRefusedException(position, $"nested deeper than {YamlLimits.MaxDepth} ({nameof(YamlLimits.MaxDepth)})");
        }

        if (++_nodes > YamlLimits.MaxNodes)
        {
            throw new YamlRefusedException(position, $"more than {YamlLimits.MaxNodes} values ({nameof(YamlLimits.MaxNodes)})");
        }

        if (_parser.Current is AnchorAlias)
        {
            throw new YamlRefusedException(position, "an alias (*name); write the value out");
        }

        if (_parser.Current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty))
        {
            throw new YamlRefusedException(position, "an anchor (&name) or a tag (!name); neither is used here");
        }

        return _parser.Current switch
        {
            Scalar => TextNode(position),
            SequenceStart => List(position, depth),
            _ => Map(position, depth),
        };
    }

    private YamlText TextNode(YamlPosition position)
    {
        var scalar = Take<Scalar>();
        return new YamlText(position, scalar.Value, scalar.Style == ScalarStyle.Plain);
    }

    private YamlList List(YamlPosition position, int depth)
    {
        Take<SequenceStart>();
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return new YamlList(position, items);
    }

    private YamlMap Map(YamlPosition position, int depth)
    {
        Take<MappingStart>();
        var members = new Dictionary<string, YamlMember>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = Here();
            var key = Node(depth + 1) as YamlText ?? throw new YamlRefusedException(at, "a key must be text");
            if (!members.TryAdd(key.Value, new YamlMember(at, Node(depth + 1))))
            {
                throw new YamlRefusedException(at, $"key '{TextRules.Escape(key.Value)}' is there twice");
            }
        }

        return new YamlMap(position, members);
    }

    private T Take<T>(string? otherwise = null)
        where T : ParsingEvent =>
        _parser.TryConsume<T>(out var taken) ? taken : throw new YamlRefusedException(Here(), otherwise ?? $"unexpected {_parser.Current?.GetType().Name}");

    private YamlPosition Here()
    {
        // Accept reads the next event when the last one was consumed.
        _parser.Accept<ParsingEvent>(out _);
        return _parser.Current is { } current ? PositionAt(_file, current.Start) : new YamlPosition(_file, 0, 0);
    }

    private static YamlPosition PositionAt(string file, in Mark mark) => new(file, (int)mark.Line, (int)mark.Column);

    // One byte more than is allowed, so that what is too long is seen to be.
    private static byte[] Bytes(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        var bytes = new byte[YamlLimits.MaxFileBytes + 1];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static string Text(string name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > YamlLimits.MaxFileBytes)
        {
            throw new YamlRefusedException(
                new YamlPosition(name, 0, 0), $"more than {YamlLimits.MaxFileBytes} bytes ({nameof(YamlLimits.MaxFileBytes)})");
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw new YamlRefusedException(new YamlPosition(name, 0, 0), $"not UTF-8 at byte {e.Index}");
        }
    }
}
