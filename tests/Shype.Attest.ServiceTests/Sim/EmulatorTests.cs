using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Emulation;
using Xunit;

namespace Shype.Attest.ServiceTests.Sim;

/// <summary>Real swtpm, asked by tpm2-tools what power events did to it.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class EmulatorTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(EmulatorEndpoint.UnixSocket)]
    [InlineData(EmulatorEndpoint.Tcp)]
    public async Task Power_events_leave_their_traces_in_the_clock(EmulatorEndpoint endpoint)
    {
        using var tpm = Start("tpm", endpoint);
        Assert.Equal("resets 1, restarts 0, safe", await Clock(tpm));
        tpm.Reboot();
        Assert.Equal("resets 2, restarts 0, safe", await Clock(tpm));
        tpm.SuspendAndResume();
        Assert.Equal("resets 2, restarts 1, safe", await Clock(tpm));
        tpm.PowerCut();
        Assert.Equal("resets 3, restarts 0, unsafe", await Clock(tpm));
    }

    [Fact]
    public async Task Reboot_and_power_cut_empty_the_PCRs_and_resume_keeps_them()
    {
        using var tpm = Start("tpm");
        await Tool.Run(tpm.Tcti, "tpm2_pcrextend", "8:sha256=" + new string('1', 64));
        var extended = await Pcr8(tpm);
        Assert.DoesNotContain(Zeros, extended, StringComparison.Ordinal);
        tpm.SuspendAndResume();
        Assert.Equal(extended, await Pcr8(tpm));
        tpm.Reboot();
        Assert.Contains(Zeros, await Pcr8(tpm), StringComparison.Ordinal);
        await Tool.Run(tpm.Tcti, "tpm2_pcrextend", "8:sha256=" + new string('1', 64));
        tpm.PowerCut();
        Assert.Contains(Zeros, await Pcr8(tpm), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_folder_is_the_TPM()
    {
        string key;
        using (var tpm = Start("tpm"))
        {
            key = await EndorsementKey(tpm);
        }

        Assert.Empty(Directory.GetFiles(_scratch["tpm"], "*.sock*"));
        using var again = Start("tpm");
        using var other = Start("other");
        Assert.Equal(key, await EndorsementKey(again));
        Assert.NotEqual(key, await EndorsementKey(other));
        Assert.Equal("resets 2, restarts 0, unsafe", await Clock(again));
    }

    [Fact]
    public async Task Only_the_owner_reaches_folder_and_sockets()
    {
        using var tpm = Start("tpm");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(tpm.Folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(tpm.Folder, "tpm.sock")));
        Assert.Equal("swtpm:unix:" + Path.Combine(tpm.Folder, "tpm.sock"), tpm.Address);
        await Tool.Run(tpm.Tcti, "tpm2_getrandom", "8");
    }

    [Fact]
    public async Task A_name_with_commas_and_a_name_too_long_for_a_socket_both_work()
    {
        using var commas = Start("one, two=three");
        commas.Reboot();
        using var deep = Start(string.Join('/', Enumerable.Repeat("a-rather-long-name", 8)));
        Assert.Equal("resets 1, restarts 0, safe", await Clock(deep));
        deep.PowerCut();
        Assert.Equal("resets 2, restarts 0, unsafe", await Clock(deep));
        var sockets = Path.GetDirectoryName(deep.Tcti["swtpm:path=".Length..])!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(sockets));
        deep.Dispose();
        Assert.False(Directory.Exists(sockets));
    }

    [Fact]
    public void A_second_emulator_in_one_folder_is_refused_with_the_reason()
    {
        using var tpm = Start("tpm");
        var refused = Assert.Throws<EmulatorException>(() => Start("tpm"));
        Assert.Equal($"another emulator is using {tpm.Folder}: end it first, or take another folder", refused.Message);
        Assert.True(tpm.IsRunning);
        tpm.Reboot();
    }

    [Fact]
    public async Task A_strangers_swtpm_in_the_folder_is_found_too()
    {
        Start("tpm").Dispose();
        using var stranger = System.Diagnostics.Process.Start("swtpm", ["socket", "--tpm2", "--tpmstate", "dir=" + _scratch["tpm"],
            "--server", $"type=unixio,path={_scratch["data"]}", "--ctrl", $"type=unixio,path={_scratch["data.ctrl"]}", "--flags", "not-need-init,startup-clear"]);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => File.Exists(_scratch["data.ctrl"]), TimeSpan.FromSeconds(30)));
            await Tool.Run("swtpm:path=" + _scratch["data"], "tpm2_getrandom", "8").WaitAsync(TestContext.Current.CancellationToken);
            var refused = Assert.Throws<EmulatorException>(() => Start("tpm"));
            Assert.Equal($"another emulator is using {_scratch["tpm"]}: end it first, or take another folder", refused.Message);
        }
        finally
        {
            stranger.Kill();
            await stranger.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_missing_emulator_names_its_packages()
    {
        var refused = Assert.Throws<EmulatorException>(() => Emulator.Start(new EmulatorOptions { Folder = _scratch["tpm"], Program = "no-swtpm" }));
        Assert.Equal("no-swtpm, the TPM emulator, is not installed: apt-get install swtpm swtpm-tools", refused.Message);
    }

    [Fact]
    public void Damaged_state_is_explained_in_swtpms_words()
    {
        Start("tpm").Dispose();
        File.WriteAllText(Path.Combine(_scratch["tpm"], "tpm2-00.permall"), "rubbish");
        var refused = Assert.Throws<EmulatorException>(() => Start("tpm"));
        Assert.Contains("swtpm ended with status", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_scratch["tpm"], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_emulator_that_never_answers_is_given_up_and_ended()
    {
        var silent = _scratch["silent"];
        File.WriteAllText(silent, "#!/bin/sh\nexec sleep 1000\n");
        File.SetUnixFileMode(silent, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var options = new EmulatorOptions { Folder = _scratch["tpm"], Program = silent, Patience = TimeSpan.FromMilliseconds(300) };
        var refused = Assert.Throws<EmulatorException>(() => Emulator.Start(options));
        Assert.Equal($"swtpm did not answer within 0.3 s: see {_scratch["tpm"]}/swtpm.log", refused.Message);
    }

    [Fact]
    public void A_client_that_holds_the_connection_is_named_as_the_cause()
    {
        using var tpm = Start("tpm", patience: TimeSpan.FromMilliseconds(300));
        using var holder = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, default);
        holder.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(tpm.Folder, "tpm.sock")));
        // One answer, so that swtpm has surely taken this connection.
        holder.Send(Convert.FromHexString("80010000000c0000017b0008"));
        holder.Receive(new byte[64]);
        var refused = Assert.Throws<EmulatorException>(tpm.Reboot);
        Assert.Contains("TPM2_Shutdown within 0.3 s", refused.Message, StringComparison.Ordinal);
        Assert.Contains("does another client hold its connection?", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_emulator_says_so()
    {
        using var tpm = Start("tpm");
        using (var process = System.Diagnostics.Process.GetProcessById(tpm.ProcessId))
        {
            process.Kill();
        }

        SpinWait.SpinUntil(() => !tpm.IsRunning, TimeSpan.FromSeconds(30));
        Assert.Contains("swtpm ended with status 137", Assert.Throws<EmulatorException>(tpm.Reboot).Message, StringComparison.Ordinal);
    }

    private Emulator Start(string name, EmulatorEndpoint endpoint = EmulatorEndpoint.UnixSocket, TimeSpan? patience = null) =>
        Emulator.Start(new EmulatorOptions { Folder = _scratch[name], Endpoint = endpoint, Patience = patience ?? TimeSpan.FromSeconds(30) });

    private static async Task<string> Clock(Emulator tpm)
    {
        var clock = ClockText().Match(await Tool.Run(tpm.Tcti, "tpm2_readclock"));
        return $"resets {clock.Groups[1]}, restarts {clock.Groups[2]}, {(clock.Groups[3].Value == "yes" ? "safe" : "unsafe")}";
    }

    private static Task<string> Pcr8(Emulator tpm) => Tool.Run(tpm.Tcti, "tpm2_pcrread", "sha256:8");

    private async Task<string> EndorsementKey(Emulator tpm)
    {
        await Tool.Run(tpm.Tcti, "tpm2_createek", "-G", "ecc", "-c", _scratch["ek.ctx"], "-u", _scratch["ek.pem"], "-f", "pem");
        return await File.ReadAllTextAsync(_scratch["ek.pem"], TestContext.Current.CancellationToken);
    }

    private static readonly string Zeros = new('0', 64);

    [GeneratedRegex("""reset_count: (\d+)\s+restart_count: (\d+)\s+safe: (yes|no)""")]
    private static partial Regex ClockText();
}
