using System.Net.Http.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Tpm.Client;
using Shype.Attest.TpmSim.Manufacturing;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>The real agent, killed in the middle of its enrolment with the real verifier: in the end it is enrolled, once.</summary>
public sealed class KilledEnrolmentTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-verifier-").FullName;
    private RunningVerifier _verifier = null!;
    private AgentHost _host = null!;
    private TpmProxy _proxy = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var authority = CertificateAuthority.Open(Path.Combine(_folder, "ca"));
        var roots = Directory.CreateDirectory(Path.Combine(_folder, "roots")).FullName;
        File.Copy(authority.RootPath, Path.Combine(roots, "sim-root.pem"));
        File.Copy(authority.IntermediatePath, Path.Combine(roots, "sim-intermediate.pem"));
        _verifier = await RunningVerifier.StartAsync(new { RequireApproval = false }, folder: _folder);
        _host = new AgentHost(authority);
        _proxy = new TpmProxy(_host["proxy.sock"], _host.Platform.Tpm.Address);
        Configure();
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.Dispose();
        _host.Dispose();
        await _verifier.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task R14_K07_an_agent_that_is_killed_at_any_step_of_its_enrolment_ends_enrolled_once()
    {
        // Before it has a key; with a key that nobody knows; asked and not answered; answered with nobody to hear it.
        foreach (var (at, act) in (IEnumerable<(CommandCode, ProxyAct)>)
        [
            (CommandCode.CreatePrimary, ProxyAct.DropBefore),
            (CommandCode.Create, ProxyAct.DropAfter),
            (CommandCode.ActivateCredential, ProxyAct.DropBefore),
            (CommandCode.ActivateCredential, ProxyAct.DropAfter),
        ])
        {
            Assert.True(await KillAsync(at, act), $"killed at {at}");
            Assert.Empty(await HostsAsync());
        }

        // The verifier has it, and the agent dies before that is on its disk.
        var kept = _host["state/enrolment.json"];
        Directory.CreateDirectory(kept);
        Assert.NotEqual(0, (await _host.Try("enrol")).Code);
        var once = Assert.Single(await HostsAsync());
        Directory.Delete(kept);

        await _host.Run("enrol");
        var host = Assert.Single(await HostsAsync());
        Assert.Equal((once.Id, "host-a", HostState.Enrolled), (host.Id, host.Name, host.State));
        await _host.Run("measure", "boot");
        // It speaks for this host now; what it says is another matter.
        Assert.DoesNotContain("401", (await _host.Try("attest")).Errors, StringComparison.Ordinal);
        Assert.NotNull((await HostsAsync())[0].LastSeen);
    }

    private async Task<bool> KillAsync(CommandCode at, ProxyAct act)
    {
        _proxy.Plan = code => code == at ? act : ProxyAct.Pass;
        using var agent = _host.Start("enrol");
        _proxy.OnDrop = () =>
        {
            agent.Kill();
            agent.WaitForExit();
        };
        await agent.WaitForExitAsync(Now);
        _proxy.Plan = _ => ProxyAct.Pass;
        // What the killed one had loaded: on a real machine the kernel's resource manager does this.
        await Sim.Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_flushcontext", "-t");
        await Sim.Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_flushcontext", "-l");
        return agent.ExitCode == 137;
    }

    private async Task<IReadOnlyList<HostSummary>> HostsAsync() =>
        (await _verifier.Operator().GetFromJsonAsync("/v1/hosts", ProtocolJson.Default.HostList, Now))!.Hosts;

    private void Configure() => _host.Configure(
        $"verifier: {{url: \"{_verifier.Address}\", ca: {Path.Combine(_verifier.State, "tls", "cert.pem")}}}", tpm: _proxy.Address);
}
