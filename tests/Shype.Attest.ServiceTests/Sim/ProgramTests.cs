using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Shype.Attest.Testing;
using Shype.Attest.TpmSim;
using Xunit;

namespace Shype.Attest.ServiceTests.Sim;

/// <summary>The program <c>shype-tpm-sim</c> as scripts use it: real processes, their output, their exit codes, and what is left of them.</summary>
[SupportedOSPlatform("linux")]
public sealed class ProgramTests : IDisposable
{
    private static readonly string Program = Path.ChangeExtension(typeof(Emulator).Assembly.Location, null);

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_host_is_made_run_told_and_ended()
    {
        Assert.Equal($"root {_scratch["ca/root.pem"]}\nintermediate {_scratch["ca/intermediate.pem"]}\n", await Sim("ca", "--folder", _scratch["ca"]));
        var made = await Sim("manufacture", "--folder", _scratch["tpm"], "--ca", _scratch["ca"], "--serial", "0a0b");
        Assert.StartsWith($"manufactured {_scratch["tpm"]}: serial 0a0b, ", made, StringComparison.Ordinal);

        using var host = await Run("--folder", _scratch["tpm"], "--boot-id", _scratch["id"], "--event-log", _scratch["log"]);
        Assert.Equal($"ready swtpm:unix:{_scratch["tpm/tpm.sock"]} swtpm:path={_scratch["tpm/tpm.sock"]}", host.Ready);
        await Tool.Run(host.Tcti, "tpm2_getrandom", "8");
        Assert.True(File.Exists(_scratch["log"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_scratch["tpm/control.sock"]));
        var id = BootId();
        foreach (var (verb, keepsId) in ((string, bool)[])[("suspend", true), ("reboot", false), ("power-cut", false)])
        {
            var said = await Sim(verb, "--folder", _scratch["tpm"]);
            Assert.Equal($"{verb} done, boot id {BootId()}\n", said);
            Assert.Equal(keepsId, id == BootId());
            id = BootId();
        }

        await host.Signal("TERM");
        Assert.Equal(0, host.Process.ExitCode);
        Assert.Empty(Directory.GetFiles(_scratch["tpm"], "*.sock*"));
        Assert.True(await Gone(host.Emulator));
    }

    [Fact]
    public async Task Everything_can_be_said_in_JSON()
    {
        using (var ca = JsonDocument.Parse(await Sim("ca", "--folder", _scratch["ca"], "--json")))
        {
            Assert.Equal(_scratch["ca/root.pem"], ca.RootElement.GetProperty("root").GetString());
        }

        using (var made = JsonDocument.Parse(await Sim("manufacture", "--folder", _scratch["tpm"], "--ca", _scratch["ca"], "--json")))
        {
            Assert.Equal("0x01c00002", made.RootElement.GetProperty("rsaCertificateIndex").GetString());
        }

        using var host = await Run("--folder", _scratch["tpm"], "--tcp", "--json");
        using var ready = JsonDocument.Parse(host.Ready);
        Assert.StartsWith("swtpm:tcp:127.0.0.1:", ready.RootElement.GetProperty("ready").GetString(), StringComparison.Ordinal);
        Assert.Equal(_scratch["tpm/event.log"], ready.RootElement.GetProperty("eventLog").GetString());
        Assert.Equal(host.Process.Id, ready.RootElement.GetProperty("processId").GetInt32());
        await Tool.Run(ready.RootElement.GetProperty("tcti").GetString(), "tpm2_getrandom", "8");
        using var done = JsonDocument.Parse(await Sim("reboot", "--folder", _scratch["tpm"], "--json"));
        Assert.Equal("reboot", done.RootElement.GetProperty("done").GetString());
        await host.Signal("INT");
        Assert.Equal(0, host.Process.ExitCode);
    }

    [Fact]
    public async Task The_boot_is_what_file_and_options_say()
    {
        await Manufacture();
        await File.WriteAllTextAsync(_scratch["vmlinuz-1"], "kernel", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_scratch["boot.json"], """{"hypervisor": null, "kernel": {"file": "vmlinuz-1", "commandLine": "ro"}}""", TestContext.Current.CancellationToken);
        using var host = await Run("--folder", _scratch["tpm"], "--boot", _scratch["boot.json"], "--kernel-command-line", "rw", "--initrd", "none");
        var log = Encoding.UTF8.GetString(await File.ReadAllBytesAsync(_scratch["tpm/event.log"], TestContext.Current.CancellationToken));
        Assert.Contains("grub_cmd: linux /boot/vmlinuz-1 rw\0", log, StringComparison.Ordinal);
        Assert.DoesNotContain("initrd", log, StringComparison.Ordinal);
        Assert.DoesNotContain("multiboot2", log, StringComparison.Ordinal);
        await host.Signal("TERM");
    }

    [Fact]
    public async Task Files_that_the_kernel_is_told_to_load_are_in_its_list_and_in_PCR_10()
    {
        await Manufacture();
        await File.WriteAllTextAsync(_scratch["sh"], "a shell", TestContext.Current.CancellationToken);
        using var host = await Run("--folder", _scratch["tpm"], "--ima", _scratch["sh"]);
        var shown = await Cli.Shype.RunAsync("ima", "show", _scratch["tpm/ima_list"], "--boot-log", _scratch["tpm/event.log"], "--json");
        Assert.Equal((0, "[]"), (shown.ExitCode, shown.Json.GetProperty("findings").GetRawText()));
        Assert.Contains(_scratch["sh"], shown.Output, StringComparison.Ordinal);
        await host.Signal("TERM");
    }

    [Fact]
    public async Task The_documents_example_works_as_it_stands()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(TestData.Root, "docs", "simulator.md"), TestContext.Current.CancellationToken);
        var example = document.Split("```sh\n")[1].Split("```")[0];
        var output = await Tool.Run(null, "sh", "-ec", $"PATH='{Path.GetDirectoryName(Program)}':$PATH; cd '{_scratch.Path}'; {example}");
        Assert.Contains("ek-rsa.der: OK\nek-ecc.der: OK\n", output, StringComparison.Ordinal);
        Assert.Contains("power-cut done, boot id ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_without_warning_it_leaves_no_emulator_and_the_folder_can_be_used_again()
    {
        await Manufacture();
        using (var host = await Run("--folder", _scratch["tpm"]))
        {
            await host.Signal("KILL");
            Assert.True(await Gone(host.Emulator));
        }

        using var again = await Run("--folder", _scratch["tpm"]);
        await Sim("reboot", "--folder", _scratch["tpm"]);
        await again.Signal("TERM");
    }

    [Fact]
    public async Task It_ends_with_the_process_that_started_it_where_that_is_wished()
    {
        await Manufacture();
        // The shell starts it, tells its id, and waits for its own end.
        var script = $"'{Program}' run --folder '{_scratch["tpm"]}' --stop-with-parent > '{_scratch["out"]}' & echo $!; read line";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var id = int.Parse((await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_scratch["out"]) && File.ReadAllText(_scratch["out"]).Contains('\n', StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
        shell.Kill();
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(await Gone(id));
        Assert.Empty(Directory.GetFiles(_scratch["tpm"], "*.sock*"));
    }

    [Fact]
    public async Task An_emulator_that_dies_ends_it_with_the_reason()
    {
        await Manufacture();
        using var host = await Run("--folder", _scratch["tpm"]);
        using (var emulator = Process.GetProcessById(host.Emulator))
        {
            emulator.Kill();
        }

        await host.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, host.Process.ExitCode);
        Assert.Contains("swtpm ended with status 137", await host.Process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public static TheoryData<string, int, string> Mistakes => new()
    {
        { "", 2, "Required command was not provided" },
        { "fly", 2, "fly" },
        { "ca", 2, "--folder" },
        { "run --folder NONE", 2, "NONE is no TPM: make one with shype-tpm-sim manufacture --folder NONE --ca CA" },
        { "run --folder THE_TPM --boot none --kernel x", 2, "--kernel has no meaning with --boot none" },
        { "run --folder THE_TPM --kernel none", 2, "a host boots some kernel" },
        { "run --folder THE_TPM --boot NONE", 2, "NONE cannot be read" },
        { "run --folder THE_TPM --kernel NONE", 2, "NONE cannot be measured" },
        { "run --folder THE_TPM --ima NONE", 2, "--ima NONE cannot be read" },
        { "run --folder THE_TPM --secure-boot maybe", 2, "maybe" },
        { "run --folder THE_TPM --hypervisor none --hypervisor-command-line x", 2, "--hypervisor-command-line has no meaning without an image" },
        { "run --folder THE_TPM --event-log NONE/log", 2, "NONE/log cannot be written" },
        { "manufacture --folder THE_TPM --ca THE_CA", 2, "is manufactured already" },
        { "manufacture --folder NEW --ca THE_CA --banks sha256,md5", 2, "'md5' is not a PCR bank" },
        { "reboot --folder THE_TPM", 3, "no host is running in THE_TPM" },
        { "power-cut --folder NONE", 3, "no host is running in NONE" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_named_on_one_line_with_its_exit_code(string commandLine, int exitCode, string message)
    {
        await Manufacture();
        string[] arguments = [.. commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(InScratch)];
        var (status, output, errors) = await Tool.Try(null, Program, arguments);
        Assert.Equal((exitCode, ""), (status, output));
        Assert.Contains(InScratch(message), errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
        (_, output, errors) = await Tool.Try(null, Program, [.. arguments, "--json"]);
        using var json = JsonDocument.Parse(errors);
        Assert.Contains(InScratch(message), json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_request_is_answered_or_dropped_and_the_next_one_is_served()
    {
        await Manufacture();
        using var host = await Run("--folder", _scratch["tpm"]);
        foreach (var (sent, answer) in ((string, string)[])[("fly\n", "not one of reboot, power-cut, suspend"), (new string('x', 100), ""), ("", ""), ("\n", "not one of")])
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_scratch["tpm/control.sock"]), TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.UTF8.GetBytes(sent), TestContext.Current.CancellationToken);
            var text = await Answer(socket);
            Assert.Contains(answer, text, StringComparison.Ordinal);
            Assert.Equal(answer.Length == 0, text.Length == 0);
        }

        await Sim("suspend", "--folder", _scratch["tpm"]);
        await host.Signal("TERM");
    }

    // Closed with bytes unread is a reset.
    private static async Task<string> Answer(Socket socket)
    {
        var buffer = new byte[1024];
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static Task<string> Sim(params string[] arguments) => Tool.Run(null, Program, arguments);

    private Task<string> Manufacture() => Sim("manufacture", "--folder", _scratch["tpm"], "--ca", _scratch["ca"]);

    private string InScratch(string text) => text
        .Replace("NONE", _scratch["none"], StringComparison.Ordinal)
        .Replace("THE_TPM", _scratch["tpm"], StringComparison.Ordinal)
        .Replace("NEW", _scratch["new"], StringComparison.Ordinal)
        .Replace("THE_CA", _scratch["ca"], StringComparison.Ordinal);

    private string BootId() => File.ReadAllText(_scratch["id"]).TrimEnd('\n');

    // A process that is a zombie of somebody else's is gone as well.
    private static async Task<bool> Gone(int id)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (!File.Exists($"/proc/{id}/stat") || (await File.ReadAllTextAsync($"/proc/{id}/stat")).Split(") ")[^1][0] == 'Z')
            {
                return true;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return false;
    }

    private static async Task<Host> Run(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(Program, ["run", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var ready = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return ready is not null ? new Host(process, ready) : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private sealed record Host(Process Process, string Ready) : IDisposable
    {
        public string Tcti => Ready.Split(' ')[^1];

        // Children are listed by the thread that started them.
        public int Emulator { get; } = int.Parse(
            Directory.GetDirectories($"/proc/{Process.Id}/task").SelectMany(task => File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(),
            CultureInfo.InvariantCulture);

        public async Task Signal(string name)
        {
            await Tool.Run(null, "kill", "-" + name, Process.Id.ToString(CultureInfo.InvariantCulture));
            await Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        public void Dispose()
        {
            if (!Process.HasExited)
            {
                Process.Kill();
            }

            Process.Dispose();
        }
    }
}
