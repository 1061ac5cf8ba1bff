namespace Shype.Attest.Completion;

/// <summary>Words as shells read them.</summary>
internal static class ShellWords
{
    /// <summary>A word in single quotes, in which a shell changes nothing.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Alternatives of a case.</summary>
    public static string Pattern(IEnumerable<string> words) => string.Join('|', words.Select(Quote));

    /// <summary>The loop, the same in bash and zsh, that leaves in <c>at</c> the command that the words before the one at the cursor name.</summary>
    /// <param name="tree">The commands.</param>
    /// <param name="words">The shell's array of the words typed.</param>
    /// <param name="first">The index in it of the word after the program's name.</param>
    /// <param name="cursor">The shell's variable with the index of the word at the cursor.</param>
    public static string Walk(CompletionTree tree, string words, int first, string cursor) => $$"""
          for ((i = {{first}}; i < {{cursor}}; i++)); do
            word=${{{words}}[i]}
            case "$word" in
              {{Pattern(tree.ValueOptions)}}) ((i++)); continue ;;
            esac
            case "$at $word" in
              {{Pattern(tree.Places.Skip(1).Select(place => place.Path))}}) at="$at $word" ;;
            esac
          done
        """;

    /// <summary>Lines of a script.</summary>
    public static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
