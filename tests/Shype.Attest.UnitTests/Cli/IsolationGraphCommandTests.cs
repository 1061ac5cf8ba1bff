using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Testing;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class IsolationGraphCommandTests
{
    private static readonly string Banks = Path.Combine(TestData.Root, "docs", "policies", "example.banks.xml");
    private static readonly string Xen = TestData.PathOf("flask", "xen.30");

    [Fact]
    public void The_picture_is_written_where_it_was_asked_for()
    {
        using var folder = new TemporaryFolder();
        var (terminal, file) = (new Terminal(), Path.Combine(folder.Path, "out.svg"));
        Assert.Equal(ExitCode.Yes, terminal.Run("isolation", "graph", "--policy", Banks, "--except-through", "Clearing", "-o", file));
        Assert.StartsWith("<svg ", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal($"wrote {file}: 6 nodes, 3 islands\n", terminal.Output);
    }

    [Fact]
    public void Without_a_file_it_is_the_output()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("isolation", "graph", "--policy", Banks));
        Assert.StartsWith("<svg ", terminal.Output, StringComparison.Ordinal);
        Assert.EndsWith("</svg>\n", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_way_is_the_same_sentence_as_explains_with_the_same_exit_code()
    {
        string[] question = ["--policy", Banks, "--from", "Bank.A", "--to", "Bank.B", "--except-through", "SystemManagement", "--json"];
        var (explained, drawn) = (new Terminal(), new Terminal());
        Assert.Equal(ExitCode.Refused, explained.Run(["isolation", "explain", .. question]));
        Assert.Equal(ExitCode.Refused, drawn.Run(["isolation", "graph", .. question]));
        var way = JsonDocument.Parse(drawn.Output).RootElement.GetProperty("way");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(explained.Output).RootElement, way), drawn.Output);
        Assert.Equal(["Bank.A", "Clearing", "Bank.B"], way.GetProperty("path").EnumerateArray().Select(label => label.GetString()));
    }

    [Fact]
    public void A_way_that_is_not_there_is_said()
    {
        using var folder = new TemporaryFolder();
        var (terminal, file) = (new Terminal(), Path.Combine(folder.Path, "out.svg"));
        Assert.Equal(ExitCode.Yes, terminal.Run("isolation", "graph", "--policy", Banks, "--from", "Bank.A", "--to", "Bank.B", "--except-through", "SystemManagement", "--except-through", "Clearing", "-o", file));
        Assert.Equal($"wrote {file}: 6 nodes, 3 islands. Nothing can get from 'Bank.A' to 'Bank.B' unless {{Clearing, SystemManagement}} passes it on.\n", terminal.Output);
        Assert.Contains("class=\"none\"", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_has_nodes_edges_sets_and_islands()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("isolation", "graph", "--policy", Banks, "--except-through", "Clearing", "--json"));
        var graph = JsonDocument.Parse(terminal.Output).RootElement;
        Assert.Equal(6, graph.GetProperty("nodes").GetArrayLength());
        Assert.Equal(["bank-a", "bank-b", "internet", "intranet", "management"], graph.GetProperty("edges").EnumerateArray().Select(edge => edge.GetProperty("type").GetString()));
        Assert.Equal("competitors", graph.GetProperty("sets")[0].GetProperty("name").GetString());
        Assert.Equal(3, graph.GetProperty("islands").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, graph.GetProperty("way").ValueKind);
    }

    [Fact]
    public void FLASK_has_ways_too()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, terminal.Run("isolation", "graph", "--policy", Xen, "--from", "blue_t", "--to", "red_t", "--except-through", "dom0_t", "--json"));
        var way = JsonDocument.Parse(terminal.Output).RootElement.GetProperty("way");
        Assert.Equal(["blue_t", "driver_t", "red_t"], way.GetProperty("path").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal(ExitCode.Yes, new Terminal().Run("isolation", "graph", "--policy", Xen, "--from", "alone_t", "--to", "red_t", "--except-through", "dom0_t"));
    }

    [Theory]
    [InlineData("--from Bank.A", "--from and --to are needed together")]
    [InlineData("--from Bank.A --to Nobody", "has no label 'Nobody'")]
    [InlineData("--except-through Nobody", "has no label 'Nobody'")]
    [InlineData("--log /nowhere/log", "there is no such file")]
    [InlineData("-o /nowhere/picture.svg", "cannot be written")]
    public void What_cannot_be_answered_is_a_usage_error(string options, string message)
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Usage, terminal.Run(["isolation", "graph", "--policy", Banks, .. options.Split(' ')]));
        Assert.Contains(message, terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_say_nothing_of_FLASK_contexts()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Usage, terminal.Run("isolation", "graph", "--policy", Xen, "--log", Banks));
        Assert.Contains("--log is for sHype's policies", terminal.Errors, StringComparison.Ordinal);
    }
}
