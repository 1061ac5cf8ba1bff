using System.CommandLine;
using System.Text;
using Shype.Attest.Cli;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class HelpTests
{
    [Fact]
    public void The_help_of_every_command_is_as_written_down()
    {
        var all = new StringBuilder();
        foreach (var (line, _) in Commands())
        {
            var terminal = new Terminal();
            Assert.Equal(ExitCode.Yes, terminal.Run([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]));
            // The runner of the tests has another name.
            all.Append("==== shype").AppendLine(line).AppendLine(terminal.Output.Replace(RootCommand.ExecutableName, "shype", StringComparison.Ordinal));
        }

        Golden.Match("cli", "help.txt", all.ToString());
    }

    [Fact]
    public void A_command_is_one_short_line_where_it_is_listed()
    {
        foreach (var (line, command) in Commands().Where(entry => entry.Command.Subcommands.Count > 0))
        {
            var terminal = new Terminal();
            terminal.Run([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
            foreach (var sub in command.Subcommands)
            {
                var listed = Assert.Single(terminal.Output.Split('\n'), text => text.StartsWith($"  {sub.Name} ", StringComparison.Ordinal));
                Assert.True(listed.Length <= 140 && listed.EndsWith('.'), $"shype{line} {sub.Name}: {listed}");
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    [InlineData(60)]
    [InlineData(40)]
    public void Help_fits_the_terminal(int? width)
    {
        foreach (var line in (string[])["", "host", "reference"])
        {
            var terminal = new Terminal { Width = width, Environment = { ["NO_COLOR"] = "1" } };
            terminal.Run([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
            Assert.All(terminal.Output.Split('\n'), text => Assert.True(text.Length <= (width ?? 140), text));
        }
    }

    private static IEnumerable<(string Line, Command Command)> Commands() => Walk(CommandLine.Create(Nowhere()), "");

    private static IEnumerable<(string Line, Command Command)> Walk(Command command, string line) =>
        command.Subcommands.SelectMany(sub => Walk(sub, $"{line} {sub.Name}")).Prepend((line, command));

    private static Surroundings Nowhere() => new()
    {
        Input = Stream.Null, Output = TextWriter.Null, Errors = TextWriter.Null, Environment = _ => null, Clock = TimeProvider.System,
    };
}
