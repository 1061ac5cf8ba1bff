using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>Appraisal policies and bundles by the real command line against the running verifier.</summary>
public sealed class AppraisalPolicyCommandTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_policy_is_tried_on_the_fleet_then_activated_listed_and_shown()
    {
        var good = await _verifier.BootHostAsync("hv1");
        await good.AttestAsync();
        await _verifier.AddHostAsync("silent");
        await File.WriteAllTextAsync(_scratch["p.yaml"], "format: 1\nname: strict\nhypervisors: [{kind: xen, from: '99'}]\n", Now);

        var check = await _verifier.OperatorAsync("appraisal-policy", "check", _scratch["p.yaml"]);
        Assert.Equal((0, ""), (check.ExitCode, check.Errors));
        var tried = await _verifier.OperatorAsync("policy", "test", "--policy", _scratch["p.yaml"]);
        Assert.Equal(1, tried.ExitCode);
        Assert.Matches("hv1 +affirming +contraindicated +changes", tried.Output);
        Assert.Contains("+ failure hypervisor-version-refused: The hypervisor is xen 4.17.5; the appraisal policy takes xen from 99.", tried.Output, StringComparison.Ordinal);
        Assert.Contains("not tried: silent", tried.Output, StringComparison.Ordinal);
        Assert.Equal("no appraisal policies: the built-in rules are in force\n", (await _verifier.OperatorAsync("appraisal-policy", "list")).Output);

        Assert.Contains("in force: version 1", (await _verifier.OperatorAsync("appraisal-policy", "activate", _scratch["p.yaml"], "--replaces", "0")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await _verifier.OperatorAsync("appraisal-policy", "activate", _scratch["p.yaml"], "--replaces", "0")).ExitCode);
        Assert.Matches("default +1 +strict +20.* operator", (await _verifier.OperatorAsync("appraisal-policy", "list")).Output);
        var shown = await _verifier.OperatorAsync("appraisal-policy", "show");
        Assert.Equal((await File.ReadAllTextAsync(_scratch["p.yaml"], Now), "version 1\n"), (shown.Output, shown.Errors));
        Assert.Contains("has no appraisal policy", (await _verifier.OperatorAsync("host", "group", "hv1", "edge")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_is_fetched_and_verified_and_a_policy_tried_on_it_without_the_verifier()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        await agent.AttestAsync();
        agent.Host.Start(VirtualVms.BankA);
        await agent.AttestAsync();
        var fetched = await _verifier.OperatorAsync("vm", "bundle", "bank-a", "-o", _scratch["b.cbor"], "--json");
        Assert.Equal((0, "affirming"), (fetched.ExitCode, fetched.Json.GetProperty("status").GetString()));
        await File.WriteAllBytesAsync(_scratch["jwks.json"], await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), Now);

        var verified = await Shype.RunAsync(new Dictionary<string, string>(), null, "verify", _scratch["b.cbor"], "--jwks", _scratch["jwks.json"]);
        Assert.Equal((0, ""), (verified.ExitCode, verified.Errors));
        Assert.Contains("5 records known before, replayed from the first", verified.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_scratch["p.yaml"], "format: 1\nname: same\npcrs: {banks: [sha256, sha384]}\n", Now);
        var tried = await Shype.RunAsync(new Dictionary<string, string>(), null, "policy", "test", "--evidence", _scratch["b.cbor"], "--policy", _scratch["p.yaml"], "--json");
        Assert.Equal(0, tried.ExitCode);
        Assert.Equal("sha384:0", tried.Json.GetProperty("hosts")[0].GetProperty("notAsked")[0].GetString());
    }
}
