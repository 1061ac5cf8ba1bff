using System.CommandLine;

namespace Shype.Attest.Completion;

/// <summary>A command in one line: what its description says up to the first full stop, colon or semicolon that stands in no parentheses.</summary>
internal static class Summary
{
    /// <summary>The line, which ends with a full stop.</summary>
    public static string Of(Symbol symbol)
    {
        var text = symbol.Description ?? "";
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 && text[i] is '.' or ':' or ';' && (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1])))
            {
                return text[..i].Replace('\n', ' ') + ".";
            }
        }

        return text.Replace('\n', ' ');
    }
}
