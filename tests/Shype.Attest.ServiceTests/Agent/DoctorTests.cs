using System.Text.Json;
using Shype.Attest.Agent.Commands;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Manufacturing;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary><c>shype-agent doctor</c> on a host with a real TPM that booted: all well, and then each thing wrong in turn.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-verifier-").FullName;
    private RunningVerifier _verifier = null!;
    private AgentHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        var authority = CertificateAuthority.Open(Path.Combine(_folder, "ca"));
        var roots = Directory.CreateDirectory(Path.Combine(_folder, "roots")).FullName;
        File.Copy(authority.RootPath, Path.Combine(roots, "sim-root.pem"));
        File.Copy(authority.IntermediatePath, Path.Combine(roots, "sim-intermediate.pem"));
        _verifier = await RunningVerifier.StartAsync(folder: _folder);
        _host = new AgentHost(authority, ima: new Dictionary<string, ReadOnlyMemory<byte>> { ["/sbin/init"] = "init"u8.ToArray() });
        Configure();
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _verifier.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_host_is_followed_from_its_first_day_to_its_revocation()
    {
        await SaysAsync(0, "state", "warning", "yet");
        Assert.False(Directory.Exists(_host["state"]), "a doctor makes nothing");
        await _host.Run("enrol");
        await SaysAsync(0, "token", "warning", "waits for approval");
        Assert.Equal(0, (await InProcess.RunAsync(_verifier, ["host", "approve", "host-a"], cancellationToken: TestContext.Current.CancellationToken)).ExitCode);

        var (code, text) = await RunAsync(json: false);
        Assert.True(code == 0 && text.EndsWith("0 wrong, 0 warnings, 14 ok\n", StringComparison.Ordinal), text);
        Assert.Contains("tpm: a TPM 2.0 of IBM (SW TPM), firmware ", text, StringComparison.Ordinal);
        Assert.Contains("ima-log: 2 entries that lead to PCR 10", text, StringComparison.Ordinal);

        Assert.Equal(0, (await InProcess.RunAsync(_verifier, ["host", "revoke", "host-a", "--reason", "gone"], cancellationToken: TestContext.Current.CancellationToken)).ExitCode);
        await SaysAsync(1, "token", "wrong", "revoked");
        // Open to others; then kept by nobody that the verifier knows.
        File.SetUnixFileMode(_host["state/ak.key"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        await SaysAsync(1, "state", "wrong", "ak.key can be reached by others");
        File.SetUnixFileMode(_host["state/ak.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var enrolment = await File.ReadAllTextAsync(_host["state/enrolment.json"], TestContext.Current.CancellationToken);
        var token = JsonDocument.Parse(enrolment).RootElement.GetProperty("token").GetString()!;
        await File.WriteAllTextAsync(_host["state/enrolment.json"], enrolment.Replace(token, new string('A', token.Length), StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await SaysAsync(1, "token", "wrong", "does not know this host's token");
        File.SetUnixFileMode(_host["state"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        await SaysAsync(1, "state", "wrong", _host["state"]);
    }

    [Fact]
    public async Task A_TPM_that_is_not_there_not_certified_not_measured_into_or_without_the_bank_is_told_apart()
    {
        Configure("banks: [sha512]");
        await SaysAsync(1, "banks", "wrong", "sha512, active are sha256, sha384");
        Configure(tpm: "swtpm:unix:" + _host["nothing.sock"]);
        await SaysAsync(1, "tpm", "wrong", "nothing.sock");
        await SaysAsync(1, "event-log", "ok", "not compared");

        // Straight from the factory: no firmware has run, and nobody has certified it.
        using var bare = Emulator.Start(new EmulatorOptions { Folder = Path.Combine(_folder, "bare"), Patience = TimeSpan.FromSeconds(60) });
        Configure(tpm: bare.Address);
        await SaysAsync(1, "banks-capped", "wrong", "firmware measured nothing");
        await SaysAsync(1, "ek-certificate", "warning", "no certificate");
    }

    [Fact]
    public async Task Logs_that_are_missing_no_logs_or_not_of_this_boot_are_told_apart()
    {
        await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_pcrextend", "4:sha256=" + new string('1', 64));
        await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_pcrextend", "10:sha256=" + new string('1', 64));
        await SaysAsync(1, "event-log", "wrong", "do not lead to PCR sha256:4");
        await SaysAsync(1, "ima-log", "wrong", "do not lead to PCR 10");
        Configure($"ima-log: {_host["nothing"]}", firmwareLog: _host["nothing"]);
        await SaysAsync(1, "event-log", "wrong", "nothing");
        await SaysAsync(1, "ima-log", "wrong", "nothing");
        Configure($"ima-log: {_host["policy.xml"]}", firmwareLog: _host["policy.xml"]);
        await SaysAsync(1, "event-log", "wrong", "policy.xml");
        await SaysAsync(1, "ima-log", "wrong", "policy.xml");
    }

    [Fact]
    public async Task What_runs_and_what_starts_it_is_looked_at()
    {
        Configure("mode: observe");
        await SaysAsync(0, "gate", "warning", "mode is observe");
        File.Delete(_host["vmlinuz"]);
        await SaysAsync(1, "hypervisor", "wrong", "vmlinuz is to be measured");

        var (hook, virsh) = (_host["hook"], _host["virsh"]);
        await File.WriteAllTextAsync(virsh, "", TestContext.Current.CancellationToken);
        Settings($"host: {{sys: {_host["sys"]}, virsh: {virsh}, libvirt-hook: {hook}}}", manifest: false);
        await SaysAsync(1, "gate", "wrong", "libvirt starts VMs without asking");
        await File.WriteAllTextAsync(hook, "#!/bin/sh\nexit 0\n", TestContext.Current.CancellationToken);
        await SaysAsync(1, "gate", "wrong", "cannot be executed");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await SaysAsync(1, "gate", "wrong", "does not call");
        File.Copy(Path.Combine(Testing.TestData.Root, "agent", "libvirt", "hooks", "qemu"), hook, overwrite: true);
        await SaysAsync(null, "gate", "ok", "libvirt calls the agent");
        Settings($"source: xen\nhost: {{xl: {_host["no-xl"]}}}", manifest: false);
        await SaysAsync(1, "gate", "wrong", "no-xl");
    }

    [Fact]
    public async Task A_verifier_that_is_not_there_or_another_one_is_told_apart_and_so_are_settings_that_cannot_be_read()
    {
        Settings("verifier: {url: \"https://127.0.0.1:1\", ca: " + Certificate + "}");
        await SaysAsync(1, "verifier", "wrong", "cannot be reached");
        await using var other = await RunningVerifier.StartAsync();
        Settings($"verifier: {{url: \"{other.Address}\", ca: {Certificate}}}");
        await SaysAsync(1, "tls", "wrong", "does not chain to");
        Settings($"verifier: {{url: \"{other.Address}\", ca: {_host["policy.xml"]}}}");
        await SaysAsync(1, "tls", "wrong", "holds no certificate");
        Settings("");
        await SaysAsync(0, "verifier", "warning", "name none");
        Settings("nonsense: 1");
        await SaysAsync(1, "settings", "wrong", "nonsense");
    }

    private string Certificate => Path.Combine(_verifier.State, "tls", "cert.pem");

    private void Configure(string settings = "", string? tpm = null, string? firmwareLog = null)
    {
        var ima = settings.Contains("ima-log", StringComparison.Ordinal) ? "" : $"\nima-log: {_host.Platform.ImaListPath}";
        Settings($"verifier: {{url: \"{_verifier.Address}\", ca: {Certificate}}}{ima}\n{settings}", tpm, firmwareLog);
    }

    private void Settings(string settings, string? tpm = null, string? firmwareLog = null, bool manifest = true) => File.WriteAllText(_host["agent.yaml"], $"""
        name: host-a
        tpm: {"{"}address: "{tpm ?? _host.Platform.Tpm.Address}"{"}"}
        state: state
        boot-id: {_host.Platform.BootIdPath}
        firmware-log: {firmwareLog ?? _host.Platform.EventLogPath}
        {(manifest ? "manifest: manifest.yaml" : "")}
        {settings}
        """);

    // Without an exit code: what else is found depends on the machine that the test runs on.
    private async Task SaysAsync(int? exitCode, string name, string state, string text)
    {
        var (code, output) = await RunAsync(json: true);
        Assert.True(code == (exitCode ?? code), output);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(code == 0, report.GetProperty("healthy").GetBoolean());
        var check = Assert.Single(report.GetProperty("checks").EnumerateArray(), found => found.GetProperty("name").GetString() == name);
        Assert.Equal(state, check.GetProperty("state").GetString());
        Assert.Contains(text, check.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(state != "ok", check.TryGetProperty("advice", out _));
    }

    private async Task<(int Code, string Output)> RunAsync(bool json)
    {
        using var results = new StringWriter { NewLine = "\n" };
        using var progress = new StringWriter();
        string[] arguments = ["--config", _host["agent.yaml"], .. json ? ["--json"] : Array.Empty<string>(), "doctor"];
        var code = await CommandTree.RunAsync(arguments, results, progress);
        Assert.Equal("", progress.ToString());
        return (code, results.ToString());
    }
}
