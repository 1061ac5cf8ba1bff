using Shype.Attest.Measurement.Ima;
using Shype.Attest.ServiceTests.Agent;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Ima;

/// <summary>A host with a real TPM whose kernel measures files, and the real agent, which sends the list.</summary>
public sealed class ImaHostTests : IDisposable
{
    private readonly AgentHost _host = new(ima: new Dictionary<string, ReadOnlyMemory<byte>> { ["/sbin/init"] = "init"u8.ToArray(), ["/bin/sh"] = "sh"u8.ToArray() });

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task The_list_of_a_simulated_kernel_comes_to_the_PCR_10_of_a_real_TPM()
    {
        _host.Platform.Load(list => list.AddViolation("/tmp/x"));
        _host.Platform.Load(list => list.AddFile("/bin/ls", AlgorithmId.Sha256, AlgorithmId.Sha256.Hash("ls"u8)));
        var read = await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_pcrread", "sha256:10");
        var value = read[(read.IndexOf("0x", StringComparison.Ordinal) + 2)..].Trim();
        var run = await Cli.Shype.RunAsync("ima", "show", _host.Platform.ImaListPath, "--pcr10", value, "--bank", "sha256", "--boot-log", _host.Platform.EventLogPath, "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(5, run.Json.GetProperty("quoted").GetProperty("entries").GetInt32());
        Assert.Equal(value.ToLowerInvariant(), run.Json.GetProperty("pcr10").GetProperty("sha256").GetString());
        Assert.Equal(["violation"], run.Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString()!));
    }

    [Fact]
    public async Task A_list_that_grew_after_the_quote_is_reached_where_the_quote_is()
    {
        var read = await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_pcrread", "sha256:10");
        var value = read[(read.IndexOf("0x", StringComparison.Ordinal) + 2)..].Trim();
        _host.Platform.Load(list => list.AddFile("/bin/late", AlgorithmId.Sha256, new byte[32]));
        var run = await Cli.Shype.RunAsync("ima", "show", _host.Platform.ImaListPath, "--pcr10", value, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, run.Json.GetProperty("quoted").GetProperty("entries").GetInt32());
        Assert.Equal(["not-yet-quoted"], run.Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString()!));
    }

    [Fact]
    public async Task L13_a_list_that_lacks_an_entry_does_not_reach_the_quote()
    {
        var read = await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_pcrread", "sha256:10");
        var list = await File.ReadAllBytesAsync(_host.Platform.ImaListPath, Now);
        Assert.True(ImaList.TryRead(list, new(), out var entries, out _));
        await File.WriteAllBytesAsync(_host["list"], [.. list[..entries.Entries[1].Offset], .. list[entries.Entries[2].Offset..]], Now);
        var run = await Cli.Shype.RunAsync("ima", "show", _host["list"], "--pcr10", read[(read.IndexOf("0x", StringComparison.Ordinal) + 2)..].Trim(), "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["quote-not-reached"], run.Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString()!));
    }
}
