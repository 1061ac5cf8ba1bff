using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Shype.Attest.Completion;

namespace Shype.Attest.Cli.Output;

/// <summary>
/// Help of commands that have commands: one line for each of those, in sections at the root. What a command takes, and its examples, are in its own help.
/// </summary>
internal sealed class GroupHelp(Surroundings surroundings, IReadOnlyList<(string Title, IReadOnlyList<string> Names)> sections, HelpAction leaf) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (command.Subcommands.Count == 0)
        {
            return leaf.Invoke(parseResult);
        }

        var report = new Report(surroundings, json: false);
        var page = new Page(report);
        var called = Called(command);
        foreach (var line in (command.Description ?? "").Split('\n'))
        {
            page.Line(0, line.TrimEnd());
        }

        page.Gap();
        page.Line(0, ($"usage: {called} COMMAND", Styles.Strong));
        foreach (var (title, names) in command is RootCommand ? sections : [("Commands", [.. command.Subcommands.Select(sub => sub.Name)])])
        {
            page.Gap();
            page.Line(0, (title, Styles.Strong));
            var width = command.Subcommands.Max(sub => sub.Name.Length) + 2;
            page.Table(2, ["", ""], names.Select(name => command.Subcommands.Single(sub => sub.Name == name)).Select(IReadOnlyList<(string, Spectre.Console.Style?)> (sub) =>
                [(sub.Name.PadRight(width), null), (Summary.Of(sub), null)]));
        }

        page.Gap();
        page.Line(0, $"{called} COMMAND --help shows what a command takes, with examples.");
        return (int)ExitCode.Yes;
    }

    private static string Called(Command command) => command is RootCommand ? "shype" : $"{Called(command.Parents.OfType<Command>().First())} {command.Name}";
}
