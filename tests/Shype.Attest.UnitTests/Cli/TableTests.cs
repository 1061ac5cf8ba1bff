using Shype.Attest.Cli;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

/// <summary>Tables as people get them: on wide and narrow terminals, and in pipes.</summary>
public sealed class TableTests
{
    [Fact]
    public void In_a_pipe_every_column_is_there_in_one_line_and_without_colour()
    {
        var text = Hosts(null);
        Assert.Equal(2, text.TrimEnd('\n').Split('\n').Length);
        Assert.Matches("^name +id +group +state +last verdict +last seen +agent +vms\n", text);
        Assert.DoesNotContain('\u001b', text);
    }

    [Theory]
    [InlineData(200, true, true)]
    [InlineData(90, true, false)]
    [InlineData(70, false, false)]
    public void A_narrow_terminal_goes_without_the_columns_that_say_least(int width, bool group, bool id)
    {
        var text = Hosts(width);
        Assert.Equal(2, text.TrimEnd('\n').Split('\n').Length);
        Assert.Equal(group, text.Contains("default", StringComparison.Ordinal));
        Assert.Equal(id, text.Contains(Id, StringComparison.Ordinal));
        Assert.Contains("contraindicated", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_words_would_be_torn_apart_each_row_is_a_block()
    {
        var text = Hosts(40);
        Assert.StartsWith("name hv1\n  id ", text, StringComparison.Ordinal);
        Assert.Matches("\n  last verdict +contraindicated\n", text);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(80)]
    [InlineData(40)]
    public void No_line_is_longer_than_the_terminal(int width) => Assert.All(Hosts(width).Split('\n'), line => Assert.True(line.Length <= width, line));

    [Fact]
    public void R11_a_name_that_a_host_made_up_moves_no_cursor()
    {
        Assert.Contains("\\u001b[2Jhv\\u202e", Hosts(null, "\u001b[2Jhv\u202e"), StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', Hosts(40, "\u001b[2Jhv\u202e"));
    }

    [Fact]
    public void A_table_without_rows_says_so()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var surroundings = Surroundings(output, null);
        new Page(new Report(surroundings, json: false)).Table(0, ["name"], []);
        Assert.Equal("none\n", output.ToString());
    }

    private static string Hosts(int? width, string name = "hv1")
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var surroundings = Surroundings(output, width);
        new HostText(new Report(surroundings, json: false)).Write(
        [
            new HostSummary
            {
                Id = Id, Name = name, State = HostState.Enrolled, Status = TrustTier.Contraindicated, LastSeen = Terminal.Now, EkFingerprint = Id, Vms = 2, Connected = false,
            },
        ]);
        return output.ToString();
    }

    private static Surroundings Surroundings(TextWriter output, int? width) => new()
    {
        Input = Stream.Null, Output = output, Errors = TextWriter.Null, TerminalWidth = width, Environment = name => name == "NO_COLOR" ? "1" : null, Clock = TimeProvider.System,
    };

    private const string Id = "bc8d00f96ecebdab55b9b8ec4d9f7d26";
}
