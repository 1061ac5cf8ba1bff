using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>A value of an xl configuration.</summary>
/// <param name="Line">The line it begins in.</param>
/// <param name="Text">The text or number; null for a list.</param>
/// <param name="Items">The texts of a list; empty otherwise.</param>
internal sealed record XlValue(int Line, string? Text, IReadOnlyList<string> Items);

/// <summary>
/// Reads the subset of xl.cfg(5) in which a configuration means one thing only: <c>key = "text"</c>, <c>'text'</c>, a number, or a list of texts; comments; one
/// statement on a line or behind a semicolon. What xl would read beyond that (keys twice, <c>+=</c>, escapes in texts, lists in lists, other files) is refused.
/// </summary>
internal sealed class XlSyntax
{
    private readonly string _file;
    private readonly string _text;
    private readonly Dictionary<string, XlValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _marks = new(StringComparer.Ordinal);
    private int _at;
    private int _line = 1;

    private XlSyntax(string file, string text) => (_file, _text) = (file, text);

    /// <summary>The values, and what comments of the form <c># shype.KEY: TEXT</c> say.</summary>
    /// <exception cref="AgentException">It is not in that subset; file and line are named.</exception>
    public static (IReadOnlyDictionary<string, XlValue> Values, IReadOnlyDictionary<string, string> Marks) Read(string file, ReadOnlySpan<byte> bytes)
    {
        string text;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new AgentException(ExitCode.Usage, $"{file}: is not UTF-8");
        }

        var syntax = new XlSyntax(file, text);
        syntax.ReadAll();
        return (syntax._values, syntax._marks);
    }

    private void ReadAll()
    {
        while (SkipTo(newlines: true))
        {
            if (_text[_at] == ';')
            {
                _at++;
                continue;
            }

            var (key, line) = (ReadKey(), _line);
            SkipTo(newlines: false);
            if (!Take('='))
            {
                throw Refuse($"behind {key} a '=' is needed");
            }

            SkipTo(newlines: false);
            var value = ReadValue(key);
            if (_values.Count == MaxKeys || !_values.TryAdd(key, value))
            {
                throw Refuse(_values.Count == MaxKeys ? $"there are more than {MaxKeys} keys" : $"{key} is there twice (before: line {_values[key].Line})", line);
            }

            if (SkipTo(newlines: false) && _text[_at] is not ('\n' or ';'))
            {
                throw Refuse($"behind the value of {key} the line must end");
            }
        }
    }

    private string ReadKey()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        return _at > start && !char.IsAsciiDigit(_text[start]) ? _text[start.._at] : throw Refuse("a key is needed here; other files cannot be included");
    }

    private XlValue ReadValue(string key)
    {
        var line = _line;
        if (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            var start = _at;
            while (_at < _text.Length && (char.IsAsciiHexDigit(_text[_at]) || _text[_at] == 'x'))
            {
                _at++;
            }

            return new(line, _text[start.._at], []);
        }

        return Take('[') ? new(line, null, ReadItems(key)) : new(line, ReadText(key), []);
    }

    private List<string> ReadItems(string key)
    {
        var items = new List<string>();
        while (SkipTo(newlines: true))
        {
            if (Take(']'))
            {
                return items;
            }

            if (items.Count == MaxItems)
            {
                throw Refuse($"{key} has more than {MaxItems} entries");
            }

            items.Add(ReadText(key));
            SkipTo(newlines: true);
            if (!Take(',') && (_at == _text.Length || _text[_at] != ']'))
            {
                throw Refuse($"in the list of {key} a ',' or ']' is needed");
            }
        }

        throw Refuse($"the list of {key} does not end");
    }

    private string ReadText(string key)
    {
        var quote = _at < _text.Length ? _text[_at] : '\0';
        if (quote is not ('"' or '\''))
        {
            throw Refuse($"the value of {key} must be a number, a text in quotes, or a list of texts");
        }

        var start = ++_at;
        while (_at < _text.Length && _text[_at] != quote && _text[_at] != '\n')
        {
            _at++;
        }

        var text = _text[start.._at];
        if (!Take(quote))
        {
            throw Refuse($"the text of {key} does not end in its line");
        }

        return text.Contains('\\', StringComparison.Ordinal) || TextRules.IndexOfForbidden(text) >= 0
            ? throw Refuse($"the text of {key} has an escape or a character that does not show: {TextRules.Escape(text.AsSpan(0, Math.Min(text.Length, 60)))}")
            : text;
    }

    // Over blanks and comments; with newlines also over ends of lines. False at the end.
    private bool SkipTo(bool newlines)
    {
        for (; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '#')
            {
                ReadComment();
                c = _at < _text.Length ? _text[_at] : '\n';
                if (_at == _text.Length)
                {
                    return false;
                }
            }

            if (c == '\n' && newlines)
            {
                _line++;
            }
            else if (c is not (' ' or '\t' or '\r'))
            {
                return true;
            }
        }

        return false;
    }

    private void ReadComment()
    {
        var end = _text.IndexOf('\n', _at) is var newline && newline < 0 ? _text.Length : newline;
        var comment = _text[(_at + 1)..end].Trim();
        _at = end;
        if (comment.StartsWith(MarkPrefix, StringComparison.Ordinal) && comment.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
        {
            var (key, value) = (comment[MarkPrefix.Length..colon].Trim(), comment[(colon + 1)..].Trim());
            if (value.Length == 0 || TextRules.IndexOfForbidden(value) >= 0 || !_marks.TryAdd(key, value))
            {
                throw Refuse($"the comment '{MarkPrefix}{TextRules.Escape(key)}' is there twice, is empty, or has characters that do not show");
            }
        }
    }

    private bool Take(char c)
    {
        if (_at == _text.Length || _text[_at] != c)
        {
            return false;
        }

        _at++;
        return true;
    }

    private AgentException Refuse(string problem, int? line = null) => new(ExitCode.Usage, $"{_file}: line {line ?? _line}: {problem}");

    private const string MarkPrefix = "shype.";
    private const int MaxKeys = 256;
    private const int MaxItems = 256;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
}
