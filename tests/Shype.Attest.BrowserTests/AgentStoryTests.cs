using Microsoft.Playwright;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;
using Shype.Attest.ServiceTests.Agent;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.TpmSim.Manufacturing;
using Shype.Attest.Verifier.Attestation;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>A real agent on a real TPM emulator, and an operator in front of a browser.</summary>
public sealed class AgentStoryTests(Browser browser) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-dashboard-").FullName;
    private RunningVerifier _verifier = null!;
    private AgentHost _host = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var authority = CertificateAuthority.Open(Path.Combine(_folder, "ca"));
        var roots = Directory.CreateDirectory(Path.Combine(_folder, "roots")).FullName;
        File.Copy(authority.RootPath, Path.Combine(roots, "sim-root.pem"));
        File.Copy(authority.IntermediatePath, Path.Combine(roots, "sim-intermediate.pem"));
        _verifier = await RunningVerifier.StartAsync(folder: _folder);
        _host = new AgentHost(authority);
        _host.Configure($"verifier: {"{"}url: \"{_verifier.Address}\", ca: {Path.Combine(_verifier.State, "tls", "cert.pem")}{"}"}");
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _verifier.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_host_enrols_is_approved_at_the_dashboard_is_trusted_and_fails_when_its_TPM_knows_more_than_its_log()
    {
        await _host.Run("enrol");
        await using var window = await (await browser.OpenAsync(_verifier.Address)).SignInAsync((await File.ReadAllTextAsync(Path.Combine(_verifier.State, "operator.token"), Now)).Trim());
        var page = await window.GoAsync("/dashboard/approvals");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve host-a" }).ClickAsync();
        await Assertions.Expect(page.Locator(".banner .state")).ToHaveTextAsync("Enrolled");

        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        await KnowAsGoodAsync();
        await _host.Run("attest");
        page = await window.GoAsync("/dashboard/hosts/host-a");
        await Assertions.Expect(page.Locator(".banner .state")).ToHaveTextAsync("Trusted");
        await Assertions.Expect(page.Locator("table.pcrs tbody tr").Filter(new() { HasText = "agrees" })).Not.ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "a", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".banner .state")).ToHaveTextAsync("Affirming");
        Assert.True(await page.Locator("figure img").EvaluateAsync<bool>("image => image.decode().then(() => image.naturalWidth > 300)"));

        await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_pcrextend", "13:sha256=" + new string('a', 64));
        Assert.NotEqual(0, (await _host.Try("attest")).Code);
        page = await window.GoAsync("/dashboard/hosts/host-a");
        await Assertions.Expect(page.Locator(".banner .state")).ToHaveTextAsync("Failed");
        await Assertions.Expect(page.Locator(".finding").First).ToContainTextAsync("pcr/13 differs");
        var row = page.Locator("table.pcrs tbody tr").Filter(new() { HasText = "VMs" });
        await Assertions.Expect(row).ToContainTextAsync("log digest mismatch");
        Assert.NotEqual(await row.Locator(".digest").First.InnerTextAsync(), await row.Locator(".digest").Last.InnerTextAsync());
        Assert.Empty(await window.FaultsAsync());
    }

    // All that the real boot measured, as an operator would write it down.
    private async Task KnowAsGoodAsync()
    {
        var contents = _host.Records().Select(record => record.Measurement).ToList();
        var hypervisor = contents.OfType<HypervisorContent>().Single();
        var document = new ReferenceDocument
        {
            Format = 1,
            Hypervisors = [Testing.World.VirtualReferences.Of(hypervisor)],
            Agents = [new() { Name = "the agent", Digest = contents.OfType<BootContent>().First().AgentDigest }],
            Policies = [new() { Name = "banks", CanonicalDigest = contents.OfType<PolicyContent>().Single().CanonicalDigest!.Value }],
            Vms = [.. contents.OfType<VmStartContent>().Select(vm => Testing.World.VirtualReferences.Of(vm) with { MayBeMutable = true })],
        };
        Assert.True(ReferenceSet.TryCreate(document, out var set, out var problem), problem?.ToString());
        await _verifier.Service<CurrentReferences>().ReplaceAsync(set, 0, "operator", DateTimeOffset.UtcNow, Now);
    }
}
