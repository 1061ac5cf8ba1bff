using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Boot;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Manufacturing;
using Xunit;

namespace Shype.Attest.ServiceTests.Sim;

/// <summary>Hosts that boot measured on a real emulator, read by tpm2-tools.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class RunningPlatformTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("sha256,sha384", true)]
    [InlineData("sha1,sha256,sha384,sha512", false)]
    public async Task The_TPMs_PCRs_are_those_that_tpm2_eventlog_and_our_replay_compute_from_the_log(string banks, bool hypervisor)
    {
        Manufacture(banks);
        var options = new PlatformOptions();
        using var host = PowerOn(hypervisor ? options : options with { Hypervisor = null, SecureBoot = false });
        var held = ReadPcrs(await Tool.Run(host.Tpm.Tcti, "tpm2_pcrread", string.Join('+', banks.Split(',').Select(bank => bank + ":0,1,2,3,4,5,6,7,8,9"))));
        Assert.Equal(banks.Split(',').Length * 10, held.Count);

        var (status, yaml, warnings) = await Tool.Try(null, "tpm2_eventlog", host.EventLogPath);
        Assert.Equal((0, ""), (status, warnings));
        Assert.Equal(held, ReadPcrs(yaml[yaml.IndexOf("\npcrs:", StringComparison.Ordinal)..]));

        Assert.True(TcgEventLog.TryParse(await Bytes(host.EventLogPath), out var log, out _));
        Assert.Empty(log.Findings);
        foreach (var bank in log.Banks)
        {
            Assert.True(PcrReplay.TryReplay(log, bank.Algorithm, out var replay));
            Assert.All(replay.Explained, pcr => Assert.Equal(held[$"{bank.Algorithm.ToText()}:{pcr}"], Convert.ToHexStringLower(replay.Values[pcr])));
        }
    }

    [Fact]
    public async Task A_reboot_measures_anew_and_writes_a_new_boot_id()
    {
        Manufacture();
        using var host = PowerOn();
        var (id, pcrs, log) = (host.BootId, await Pcrs(host), await Bytes(host.EventLogPath));
        await Tool.Run(host.Tpm.Tcti, "tpm2_pcrextend", "9:sha256=" + new string('1', 64));
        var resets = await Resets(host);
        host.Reboot();
        Assert.Equal(resets + 1, await Resets(host));
        Assert.Equal(pcrs, await Pcrs(host));
        Assert.Equal(log, await Bytes(host.EventLogPath));
        Assert.NotEqual(id, host.BootId);
        await AssertBootId(host);
    }

    [Fact]
    public async Task A_power_cut_measures_anew_and_leaves_the_clock_unsafe()
    {
        Manufacture();
        using var host = PowerOn();
        var (id, pcrs, resets) = (host.BootId, await Pcrs(host), await Resets(host));
        host.PowerCut();
        Assert.Equal(resets + 1, await Resets(host));
        Assert.Matches("safe: no", await Tool.Run(host.Tpm.Tcti, "tpm2_readclock"));
        Assert.Equal(pcrs, await Pcrs(host));
        Assert.NotEqual(id, host.BootId);
        await AssertBootId(host);
    }

    [Fact]
    public async Task A_suspend_keeps_PCRs_log_and_boot_id()
    {
        Manufacture();
        using var host = PowerOn();
        await Tool.Run(host.Tpm.Tcti, "tpm2_pcrextend", "9:sha256=" + new string('1', 64));
        var (id, pcrs, resets, written) = (host.BootId, await Pcrs(host), await Resets(host), File.GetLastWriteTimeUtc(host.EventLogPath));
        host.Suspend();
        Assert.Equal((id, pcrs, resets, written), (host.BootId, await Pcrs(host), await Resets(host), File.GetLastWriteTimeUtc(host.EventLogPath)));
        Assert.Matches("restart_count: 1", await Tool.Run(host.Tpm.Tcti, "tpm2_readclock"));
        await AssertBootId(host);
    }

    [Fact]
    public async Task A_file_that_was_changed_is_found_by_the_next_boot_and_not_before()
    {
        Manufacture();
        await File.WriteAllTextAsync(_scratch["vmlinuz"], "good", TestContext.Current.CancellationToken);
        using var host = PowerOn(new PlatformOptions { Kernel = LoadedFile.Of(_scratch["vmlinuz"]) });
        var good = await Pcrs(host);
        await File.WriteAllTextAsync(_scratch["vmlinuz"], "evil", TestContext.Current.CancellationToken);
        host.Suspend();
        Assert.Equal(good, await Pcrs(host));
        host.Reboot();
        Assert.NotEqual(good, await Pcrs(host));
    }

    [Fact]
    public async Task A_file_that_is_gone_leaves_the_host_off_and_the_folder_free()
    {
        Manufacture();
        Assert.Throws<SimulatorException>(() => PowerOn(new PlatformOptions { Kernel = LoadedFile.Of(_scratch["none"]) }));
        using var host = PowerOn();
        await AssertBootId(host);
    }

    [Fact]
    public async Task Firmware_that_measures_nothing_leaves_PCRs_as_the_reset_did()
    {
        Manufacture();
        using var host = PowerOn(null);
        Assert.Null(host.Boot);
        Assert.False(File.Exists(host.EventLogPath));
        Assert.DoesNotMatch("0x(?!0{64})", await Tool.Run(host.Tpm.Tcti, "tpm2_pcrread", "sha256:0,4,7,8,9"));
        await AssertBootId(host);
    }

    [Fact]
    public async Task Powered_off_in_order_its_next_start_finds_the_clock_safe()
    {
        Manufacture();
        PowerOn().Dispose();
        using var host = PowerOn();
        Assert.Matches("safe: yes", await Tool.Run(host.Tpm.Tcti, "tpm2_readclock"));
    }

    [Fact]
    public async Task Who_reads_while_it_reboots_finds_a_whole_log()
    {
        Manufacture();
        using var host = PowerOn();
        var whole = await Bytes(host.EventLogPath);
        using var done = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var reads = 0;
            for (; !done.IsCancellationRequested; reads++)
            {
                Assert.Equal(whole, File.ReadAllBytes(host.EventLogPath));
                Assert.Equal(37, File.ReadAllBytes(host.BootIdPath).Length);
            }

            return reads;
        }, TestContext.Current.CancellationToken);
        for (var boot = 0; boot < 10; boot++)
        {
            host.Reboot();
        }

        await done.CancelAsync();
        Assert.True(await reader > 0);
        Assert.Empty(Directory.GetFiles(host.Tpm.Folder, "*.new"));
    }

    private void Manufacture(string banks = "sha256,sha384") => Manufacturer.Manufacture(
        new EmulatorOptions { Folder = _scratch["tpm"] },
        CertificateAuthority.Open(_scratch["ca"]),
        banks: [.. banks.Split(',').Select(name => HashAlgorithms.TryParseText(name, out var bank) ? bank : default)]);

    private RunningPlatform PowerOn() => PowerOn(new PlatformOptions());

    private RunningPlatform PowerOn(PlatformOptions? platform) => RunningPlatform.PowerOn(new RunningPlatformOptions
    {
        Tpm = new EmulatorOptions { Folder = _scratch["tpm"], Patience = TimeSpan.FromSeconds(30) },
        Platform = platform,
    });

    private static async Task AssertBootId(RunningPlatform host)
    {
        var text = await File.ReadAllTextAsync(host.BootIdPath, TestContext.Current.CancellationToken);
        Assert.Equal(host.BootId + "\n", text);
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", host.BootId);
    }

    private static Task<byte[]> Bytes(string path) => File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

    private static Task<string> Pcrs(RunningPlatform host) => Tool.Run(host.Tpm.Tcti, "tpm2_pcrread", "sha256:0,1,2,3,4,5,6,7,8,9");

    private static async Task<int> Resets(RunningPlatform host) =>
        int.Parse(ResetCount().Match(await Tool.Run(host.Tpm.Tcti, "tpm2_readclock")).Groups[1].Value, CultureInfo.InvariantCulture);

    // Both tools write "  sha256:" and "    0 : 0xAB.." under it.
    private static SortedDictionary<string, string> ReadPcrs(string yaml)
    {
        var (pcrs, bank) = (new SortedDictionary<string, string>(StringComparer.Ordinal), "");
        foreach (Match line in PcrLine().Matches(yaml))
        {
            if (line.Groups["bank"].Success)
            {
                bank = line.Groups["bank"].Value;
            }
            else
            {
                pcrs.Add($"{bank}:{line.Groups["pcr"].Value}", line.Groups["value"].Value.ToLowerInvariant());
            }
        }

        return pcrs;
    }

    [GeneratedRegex("""^  (?<bank>sha\d+):|^    (?<pcr>\d+) *: 0x(?<value>[0-9A-Fa-f]+)""", RegexOptions.Multiline)]
    private static partial Regex PcrLine();

    [GeneratedRegex("""reset_count: (\d+)""")]
    private static partial Regex ResetCount();
}
