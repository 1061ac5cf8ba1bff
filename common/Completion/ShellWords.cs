namespace Shype.Attest.Completion;

/// <summary>Words as shells read them.</summary>
internal static class ShellWords
{
    /// <summary>A word in single quotes, in which a shell changes nothing.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Alternatives of a case.</summary>
    public static string Pattern(IEnumerable<string> words) => string.Join('|', words.Select(Quote));

    /// <summary>Lines of a script.</summary>
    public static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
