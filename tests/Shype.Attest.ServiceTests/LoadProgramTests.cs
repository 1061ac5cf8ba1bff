using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Shype.Attest.ServiceTests;

/// <summary>The load generator, very small, so that it keeps working; what it prints then says nothing about speed.</summary>
public sealed class LoadProgramTests
{
    [Theory]
    [InlineData("attest --hosts 2 --connections 2 --warm 1 --seconds 1", "attestations a second")]
    // Not the memory for each host: of so few it is less than what two starts differ by.
    [InlineData("fleet --hosts 130 --heard 25 --connections 2", "cold start")]
    [InlineData("askers --askers 20 --quote 10 --connections 2", "quotes for all of them")]
    [InlineData("silent --peers 9 --hosts 2 --rate 20 --warm 1 --seconds 1", "time of one, p99")]
    [InlineData("watch --hosts 3 --interval 5 --deadline 30 --seconds 6", "verdicts a second")]
    public async Task Each_mode_measures_with_no_answer_that_is_not_affirming(string arguments, string figure)
    {
        var (status, output) = await RunAsync([.. arguments.Split(' '), "--json"]);
        Assert.True(status == 0, output);
        var report = JsonNode.Parse(output)!;
        Assert.True((bool)report["whole"]!);
        Assert.True((int)report["machine"]!["cores"]! > 0);
        var figures = report["figures"]!.AsArray().ToDictionary(one => (string)one!["name"]!, one => (double)one!["value"]!);
        Assert.True(figures[figure] > 0, output);
        Assert.DoesNotContain(figures.Values, value => double.IsNaN(value) || double.IsInfinity(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("faster")]
    [InlineData("attest --hosts none")]
    public async Task A_command_line_that_is_wrong_is_refused(string arguments) =>
        Assert.Equal((2, ""), await RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static async Task<(int Status, string Output)> RunAsync(IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Shype.Attest.Load.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
