using System.Diagnostics;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Boot;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Manufacturing;
using Xunit;

namespace Shype.Attest.ServiceTests.Rats;

/// <summary>A machine with no program of ours: the scripts of the documentation, the real tpm2-tools, curl and openssl, a real TPM and its firmware's log.</summary>
public sealed class StockToolsTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;
    private RunningPlatform _machine = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var authority = CertificateAuthority.Open(_scratch["ca"]);
        var folder = Directory.CreateDirectory(_scratch["verifier"]).FullName;
        var roots = Directory.CreateDirectory(Path.Combine(folder, "roots")).FullName;
        File.Copy(authority.RootPath, Path.Combine(roots, "sim-root.pem"));
        File.Copy(authority.IntermediatePath, Path.Combine(roots, "sim-intermediate.pem"));
        _verifier = await RunningVerifier.StartAsync(folder: folder);
        var tpm = new EmulatorOptions { Folder = _scratch["tpm"], Patience = TimeSpan.FromSeconds(60) };
        Manufacturer.Manufacture(tpm, authority);
        _machine = RunningPlatform.PowerOn(new RunningPlatformOptions { Tpm = tpm, Platform = new PlatformOptions { Hypervisor = null } });
    }

    public async ValueTask DisposeAsync()
    {
        _machine.Dispose();
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Three_commands_and_a_shell_are_enough_and_say_no_more_than_they_show()
    {
        var enrolled = await RunAsync("enrol.sh", "stock-1");
        Assert.True(enrolled.Status == 0, enrolled.Output + enrolled.Errors);
        Assert.Contains("\"state\":\"pending\"", enrolled.Output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_scratch["machine/auth"]));
        Assert.Empty(Directory.GetFiles(_scratch["machine"], "*secret*"));

        // Not before an operator looked at it.
        var early = await RunAsync("attest.sh");
        Assert.NotEqual(0, early.Status);
        Assert.Contains(ProblemTypes.HostPending, await File.ReadAllTextAsync(_scratch["machine/session.json"], Now), StringComparison.Ordinal);
        using var approved = await _verifier.Operator().PostAsync("/v1/hosts/stock-1/approve", null, Now);
        Assert.True(approved.IsSuccessStatusCode);

        var host = await AttestAsync();
        Assert.Equal("warning", host.GetProperty("ear.status").GetString());
        var vector = host.GetProperty("ear.trustworthiness-vector");
        Assert.Equal((2, 36, 0, 2), (Claim("instance-identity"), Claim("configuration"), Claim("executables"), Claim("hardware")));
        Assert.Equal(["agent-log-not-shown", "not-evaluated", "not-evaluated", "not-evaluated", "not-evaluated"], Findings(host));
        Assert.Equal("on", host.GetProperty("tag:shype.dev,2026:boot").GetProperty("secureBoot").GetString());

        // The verdict is archived like any other, and an auditor makes it again from its bundle.
        await File.WriteAllBytesAsync(_scratch["bundle.cbor"], await _verifier.Operator().GetByteArrayAsync("/v1/hosts/stock-1/bundle", Now), Now);
        await File.WriteAllBytesAsync(_scratch["jwks.json"], await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), Now);
        var again = await Cli.Shype.RunAsync("verify", _scratch["bundle.cbor"], "--jwks", _scratch["jwks.json"], "--json");
        Assert.True(again.Output.Contains("\"confirmed\": true", StringComparison.Ordinal) || again.Output.Contains("\"confirmed\":true", StringComparison.Ordinal), again.Output + again.Errors);

        // After a reboot as well; and what no log explains is found.
        _machine.Reboot();
        Assert.Equal("warning", (await AttestAsync()).GetProperty("ear.status").GetString());
        await Tool.Run(_machine.Tpm.Tcti, "tpm2_pcrextend", "9:sha256=" + new string('1', 64));
        var tampered = await AttestAsync();
        Assert.Equal("contraindicated", tampered.GetProperty("ear.status").GetString());
        Assert.Contains("log-digest-mismatch", Findings(tampered));
        // Fewer PCRs than asked is no way around it.
        Assert.Contains("pcrs-not-covered", Findings(await AttestAsync("sha256:0,1,2,3,4,5,6,7,8")));

        int Claim(string name) => vector.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task An_operator_carries_the_files_by_the_command_line()
    {
        var enrolled = await RunAsync("enrol.sh", "stock-2");
        Assert.True(enrolled.Status == 0, enrolled.Output + enrolled.Errors);
        Assert.Equal(0, (await _verifier.OperatorAsync("host", "approve", "stock-2")).ExitCode);

        var opened = await _verifier.OperatorAsync("session", "open", "--json");
        Assert.Equal((0, ""), (opened.ExitCode, opened.Errors));
        var (id, nonce) = (opened.Json.GetProperty("id").GetString()!, opened.Json.GetProperty("nonceHex").GetString()!);
        var machine = _scratch["machine"];
        await Tool.Run(
            _machine.Tpm.Tcti, "tpm2_quote", "-c", "0x81010002", "-l", "sha256:0,1,2,3,4,5,6,7,8,9", "-q", nonce,
            "-m", Path.Combine(machine, "quote.msg"), "-s", Path.Combine(machine, "quote.sig"), "-o", Path.Combine(machine, "quote.pcrs"));
        var answer = await _verifier.OperatorAsync("session", "submit", id, machine, "--event-log", _machine.EventLogPath);
        Assert.StartsWith("verdict: warning\n", answer.Output, StringComparison.Ordinal);
        Assert.Equal((1, ""), (answer.ExitCode, answer.Errors));
        Assert.Equal("complete", (await _verifier.OperatorAsync("session", "show", id, "--json")).Json.GetProperty("session").GetProperty("status").GetString());
        // Once.
        Assert.Equal(1, (await _verifier.OperatorAsync("session", "submit", id, machine)).ExitCode);

        Assert.Equal("closed\n", (await _verifier.OperatorAsync("session", "close", id)).Output);
        Assert.Equal(3, (await _verifier.OperatorAsync("session", "show", id)).ExitCode);
        File.Delete(Path.Combine(machine, "quote.sig"));
        var incomplete = await _verifier.OperatorAsync("session", "submit", id, machine);
        Assert.Equal(2, incomplete.ExitCode);
        Assert.Contains("quote.sig: there is no such file", incomplete.Errors, StringComparison.Ordinal);
    }

    private async Task<JsonElement> AttestAsync(string pcrs = "")
    {
        var (status, output, errors) = await RunAsync("attest.sh", pcrs: pcrs);
        Assert.True(status == 0, output + errors);
        Assert.True(JsonWebKeySet.TryRead(await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        var session = await File.ReadAllBytesAsync(_scratch["machine/session.json"], Now);
        var nonce = JsonDocument.Parse(session).RootElement.GetProperty("nonce").GetString()!;
        Assert.True(Base64UrlText.TryDecode(nonce, out var bytes));
        Assert.True(ResultToken.TryVerify(output.Trim(), keys, new TokenExpectation { Now = DateTimeOffset.UtcNow, Nonce = bytes }, out _, out var problem), problem?.Detail + output);
        return SessionClient.Claims(output.Trim()).GetProperty("submods").GetProperty("host");
    }

    private async Task<(int Status, string Output, string Errors)> RunAsync(string script, string? name = null, string pcrs = "")
    {
        var start = new ProcessStartInfo(
            Path.Combine(TestData.Root, "docs", "examples", "tpm2-tools", script),
            [_verifier.Address.ToString().TrimEnd('/'), Path.Combine(_verifier.State, "tls", "cert.pem"), .. name is null ? Array.Empty<string>() : [name], _scratch["machine"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TPM2TOOLS_TCTI"] = _machine.Tpm.Tcti;
        start.Environment["EVENT_LOG"] = _machine.EventLogPath;
        start.Environment["PCRS"] = pcrs;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Now), process.StandardError.ReadToEndAsync(Now));
        await process.WaitForExitAsync(Now);
        return (process.ExitCode, await output, await errors);
    }

    private static List<string?> Findings(JsonElement host) =>
        [.. host.GetProperty("tag:shype.dev,2026:findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString())];
}
