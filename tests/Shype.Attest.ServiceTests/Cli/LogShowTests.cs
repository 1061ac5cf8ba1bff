using System.Diagnostics;
using System.Text.Json;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary><c>shype log show</c> on the logs of real machines, and on what is none.</summary>
public sealed class LogShowTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public static TheoryData<string> Logs => [.. Expected.EnumerateObject().Select(log => log.Name).Where(name => !name.EndsWith(".json", StringComparison.Ordinal))];

    private static JsonElement Expected { get; } = JsonDocument.Parse(TestData.Bytes("eventlog", "expected_pcrs.json")).RootElement;

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Logs))]
    public async Task The_PCRs_of_a_real_machines_log_are_the_expected_ones(string file)
    {
        var run = await Shype.RunAsync("log", "show", TestData.PathOf("eventlog", file), "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(["format", "banks", "events", "pcrs", "findings", "claims", "claimsBank"], run.Json.EnumerateObject().Select(member => member.Name));
        foreach (var bank in Expected.GetProperty(file).GetProperty("pcrs").EnumerateObject())
        {
            Assert.True(JsonElement.DeepEquals(bank.Value, run.Json.GetProperty("pcrs").GetProperty(bank.Name)), bank.Name);
        }
    }

    [Fact]
    public async Task A_malformed_log_is_refused_with_member_and_byte_on_both_outputs()
    {
        var cut = TestData.Bytes("eventlog", "debian-10.bin")[..100];
        var run = await Shype.RunAsync(null, cut, "log", "show", "-", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("error: standard input: event 1 digest at byte 88: needs 20 bytes, 12 left\n", run.Errors);
        var finding = Assert.Single(run.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(("malformed", 88, "event 1 digest: needs 20 bytes, 12 left"),
            (finding.GetProperty("code").GetString(), finding.GetProperty("offset").GetInt32(), finding.GetProperty("detail").GetString()));

        var text = await Shype.RunAsync(null, cut, "log", "show", "-");
        Assert.Equal((1, ""), (text.ExitCode, text.Output));
    }

    [Theory]
    [InlineData("MANIFEST of files\nand more text that is no log at all, whatever it says\n", "this is text")]
    [InlineData("\u001f\u008b\u0008\u0000\u0000\u0000\u0000\u0000", "unpack it first")]
    [InlineData("shype-log 2 boot=x resets=1\n", "header line at byte 0")]
    [InlineData("", "is empty")]
    public async Task What_is_no_log_is_told_what_it_looks_like(string content, string hint)
    {
        var run = await Shype.RunAsync(null, System.Text.Encoding.Latin1.GetBytes(content), "log", "show", "-");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains(hint, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task L18_input_without_end_is_given_up_at_a_bound()
    {
        var run = await Shype.RunAsync("log", "show", "/dev/zero");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is larger than", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_at_the_root_runs_it_from_any_folder_and_through_a_symlink()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(TestData.Root, "artifacts/bin/Shype.Attest.Cli/release/shype")), "the Release build is absent");
        File.CreateSymbolicLink(_scratch["link"], Path.Combine(TestData.Root, "shype"));
        File.Copy(TestData.PathOf("eventlog", "tt_event.bin"), _scratch["event log"]);

        var good = await Shype.RunAsync(new ProcessStartInfo(_scratch["link"], ["log", "show", "event log", "--json"]) { WorkingDirectory = _scratch.Path });
        Assert.Equal((0, ""), (good.ExitCode, good.Errors));
        Assert.Equal("crypto-agile", good.Json.GetProperty("format").GetString());

        var bad = await Shype.RunAsync(new ProcessStartInfo(_scratch["link"], ["log", "show", "no such log"]) { WorkingDirectory = _scratch.Path });
        Assert.Equal((2, "error: no such log: there is no such file\n"), (bad.ExitCode, bad.Errors));
    }
}
