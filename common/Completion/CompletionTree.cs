using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace Shype.Attest.Completion;

/// <summary>What can be typed where: the commands of a command line as a shell needs them. Compiled into <c>shype</c> and <c>shype-agent</c>, which share no library with a command line.</summary>
/// <param name="Program">What the program is called.</param>
/// <param name="Places">Every command with its path, " host list"; the root's is empty.</param>
internal sealed record CompletionTree(string Program, IReadOnlyList<CompletionPlace> Places)
{
    /// <summary>The tree of a command line.</summary>
    public static CompletionTree Of(string program, RootCommand root) => new(program, [.. Walk(root, "", [])]);

    /// <summary>The program's name as a part of a function's.</summary>
    public string Function => Program.Replace('-', '_');

    /// <summary>Options that are followed by a value, wherever they stand: the word behind is no command.</summary>
    public IReadOnlyList<string> ValueOptions => [.. Places.SelectMany(place => place.Options).Where(option => option.TakesValue).SelectMany(option => option.Names).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Those of them whose value is a file.</summary>
    public IReadOnlyList<string> FileOptions => [.. Places.SelectMany(place => place.Options).Where(option => option.TakesFile).SelectMany(option => option.Names).Distinct().Order(StringComparer.Ordinal)];

    // Recursive options hold for all that is below.
    private static IEnumerable<CompletionPlace> Walk(Command command, string path, IReadOnlyList<Option> above)
    {
        IReadOnlyList<Option> options = [.. command.Options.Where(option => option is not (HelpOption or VersionOption) && !option.Hidden), .. above];
        yield return new CompletionPlace(
            path,
            [.. command.Subcommands.Where(sub => !sub.Hidden).Select(sub => new CompletionWord(sub.Name, Summary.Of(sub)))],
            [.. options.Select(Option), new(["--help"], "Show help", false, false, [])],
            command.Arguments.Any(argument => IsFile(argument.Name)),
            [.. command.Arguments.SelectMany(Values)]);
        foreach (var below in command.Subcommands.SelectMany(sub => Walk(sub, $"{path} {sub.Name}", [.. options.Where(option => option.Recursive)])))
        {
            yield return below;
        }
    }

    private static CompletionOption Option(Option option) => new(
        [option.Name, .. option.Aliases], Summary.Of(option), option.ValueType != typeof(bool), option.ValueType != typeof(bool) && IsFile(option.HelpName ?? ""), Values(option));

    // What a value is called says whether it is a file.
    private static bool IsFile(string name) =>
        FileWords.Any(word => name.Contains(word, StringComparison.Ordinal));

    private static IReadOnlyList<string> Values(Symbol symbol) =>
        [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label).Where(label => !label.StartsWith('-')).Order(StringComparer.Ordinal)];

    private static readonly string[] FileWords = ["FILE", "FOLDER", "DIR", "BUNDLE", "CERT", "PUBLIC", ".pem"];
}

/// <summary>One command.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Commands">What may follow.</param>
/// <param name="Options">What it takes.</param>
/// <param name="TakesFile">Whether an argument of it is a file.</param>
/// <param name="Values">The values that its arguments can have, where they are few.</param>
internal sealed record CompletionPlace(
    string Path, IReadOnlyList<CompletionWord> Commands, IReadOnlyList<CompletionOption> Options, bool TakesFile, IReadOnlyList<string> Values);

/// <summary>A word with what it means.</summary>
/// <param name="Text">The word.</param>
/// <param name="Meaning">One line.</param>
internal sealed record CompletionWord(string Text, string Meaning);

/// <summary>An option.</summary>
/// <param name="Names">How it is written.</param>
/// <param name="Meaning">One line.</param>
/// <param name="TakesValue">Whether a value follows.</param>
/// <param name="TakesFile">Whether that is a file.</param>
/// <param name="Values">The values that it can have, where they are few.</param>
internal sealed record CompletionOption(IReadOnlyList<string> Names, string Meaning, bool TakesValue, bool TakesFile, IReadOnlyList<string> Values);
