using Shype.Attest.Appraisal.References;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>Fresh verdicts, asked by the real command line from the running verifier about a host that answers over its real interface.</summary>
public sealed class AttestTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;

    public async ValueTask InitializeAsync()
    {
        _verifier = await RunningVerifier.StartAsync();
        await File.WriteAllBytesAsync(_scratch["references.json"], ReferenceSet.Encode(VirtualReferences.Document));
        Assert.Equal(0, (await _verifier.OperatorAsync("reference", "set", _scratch["references.json"])).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_good_VM_on_a_good_host_is_a_yes_and_its_token_can_be_kept_checked_and_explained()
    {
        await using var serving = await (await _verifier.BootHostAsync("rack-1")).ServeAsync();
        var host = await _verifier.RelyingPartyAsync("host", "attest", "rack-1");
        Assert.True(host.ExitCode == 0, host.Output + host.Errors);

        const string nonce = "000102030405060708090a0b0c0d0e0f";
        var vm = await _verifier.RelyingPartyAsync("vm", "attest", "web", "--nonce", nonce, "--token-out", _scratch["web.jwt"]);
        Assert.True(vm.ExitCode == 0, vm.Output + vm.Errors);
        Assert.StartsWith("verdict: affirming\n", vm.Output, StringComparison.Ordinal);

        var byUuid = await _verifier.RelyingPartyAsync("vm", "attest", VirtualVms.Web.Uuid.ToString("D"), "--json");
        Assert.Equal((0, "affirming"), (byUuid.ExitCode, byUuid.Json.GetProperty("status").GetString()));

        var jwks = _verifier.Address + ".well-known/jwks.json";
        var check = await Shype.RunAsync("verdict", "verify", _scratch["web.jwt"], "--nonce", nonce, "--jwks", jwks, "--ca", _verifier.For("operator")["SHYPE_CA"]);
        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
        var other = await _verifier.RelyingPartyAsync("verdict", "verify", _scratch["web.jwt"], "--nonce", "ff" + nonce, "--json");
        Assert.Equal((1, "token-nonce-mismatch"), (other.ExitCode, other.Json.GetProperty("problem").GetProperty("code").GetString()));
        var explained = await _verifier.OperatorAsync("verdict", "explain", "--host", "rack-1");
        Assert.Equal((0, ""), (explained.ExitCode, explained.Errors));
        Assert.Contains("token:   verified with key ", explained.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_host_is_a_no_with_its_reasons()
    {
        await using var serving = await (await _verifier.BootHostAsync("rack-2", spec => spec with { Hypervisor = null })).ServeAsync();
        var host = await _verifier.RelyingPartyAsync("host", "attest", "rack-2", "--token-out", _scratch["bad.jwt"]);
        Assert.True(host.ExitCode == 1, host.Output + host.Errors);
        Assert.StartsWith("verdict: contraindicated\n", host.Output, StringComparison.Ordinal);
        Assert.Contains("failure hypervisor-missing", host.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_scratch["bad.jwt"]));
    }

    [Fact]
    public async Task R02_a_silent_or_unknown_host_is_never_a_yes()
    {
        await _verifier.AddHostAsync("silent");
        var silent = await _verifier.RelyingPartyAsync("host", "attest", "silent");
        Assert.Equal((3, ""), (silent.ExitCode, silent.Output));
        Assert.Contains("agent is not connected", silent.Errors, StringComparison.Ordinal);
        var unknown = await _verifier.RelyingPartyAsync("vm", "attest", "nobody");
        Assert.Equal((3, ""), (unknown.ExitCode, unknown.Output));
        Assert.Contains("no known host runs this VM", unknown.Errors, StringComparison.Ordinal);
    }
}
