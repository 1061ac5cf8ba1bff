using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Appraisal policies over the interface: who replaces what, what is refused, and what becomes of hosts.</summary>
public sealed class AppraisalPolicyApiTests : IAsyncLifetime
{
    private RunningVerifier _verifier = null!;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R17_an_appraisal_policy_is_replaced_only_by_who_has_seen_its_version()
    {
        Assert.Equal((HttpStatusCode.PreconditionRequired, null), await PutAsync("default", Document(), null));
        Assert.Equal((HttpStatusCode.OK, "\"1\""), await PutAsync("default", Document(), "\"0\""));
        Assert.Equal((HttpStatusCode.PreconditionFailed, null), await PutAsync("default", Document(), "\"0\""));
        // Two operators who saw the same version: one of them hears of the other.
        var both = await Task.WhenAll(PutAsync("default", Document("name: one"), "\"1\""), PutAsync("default", Document("name: two"), "\"1\""));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], both.Select(answer => answer.Status).Order());

        var list = await _verifier.Operator().GetFromJsonAsync("/v1/appraisal-policies", ProtocolJson.Default.AppraisalPolicyList, Now);
        Assert.Equal([1L, 2L], list!.Policies.Select(policy => policy.Version));
        Assert.All(list.Policies, policy => Assert.Equal("operator", policy.By));
        using var first = await _verifier.Operator().GetAsync("/v1/appraisal-policies/default?version=1", Now);
        Assert.Equal((Document(), "\"1\""), (await first.Content.ReadAsStringAsync(Now), first.Headers.ETag?.Tag));
    }

    [Theory]
    [InlineData("default", "format: 1\nname: p\nhosts: [a]\n", "body:3:1")]
    [InlineData("default", "format: 1\nname: p\nwarnings-only: [quote-replayed]\n", "can never be only a warning")]
    [InlineData("default", "format: 1\nname: p\ngroup: edge\n", "is for the group 'edge'")]
    [InlineData("default", "format: &a 1\nname: *a\n", "an anchor")]
    public async Task A_document_that_is_wrong_is_refused_with_its_place_and_changes_nothing(string group, string document, string problem)
    {
        using var response = await SendAsync(group, document, "\"0\"");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(problem, (await Answer.ProblemAsync(response)).Detail, StringComparison.Ordinal);
        Assert.Empty(_verifier.Service<CurrentAppraisalPolicies>().Current);
    }

    [Fact]
    public async Task A_policy_is_for_the_hosts_of_its_group_and_outlives_the_verifier()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        Assert.Equal("affirming", await StatusAsync(agent));
        Assert.Equal(HttpStatusCode.BadRequest, await MoveAsync("hv1", "edge"));
        Assert.Equal((HttpStatusCode.OK, "\"1\""), await PutAsync("edge", Document("name: p\ngroup: edge\nhypervisors: [{kind: xen, from: '99'}]"), "\"0\""));
        Assert.Equal("affirming", await StatusAsync(agent));
        Assert.Equal(HttpStatusCode.OK, await MoveAsync("hv1", "edge"));
        Assert.Equal("contraindicated", await StatusAsync(agent));

        await _verifier.Service<CurrentAppraisalPolicies>().LoadAsync(Now);
        Assert.Equal("edge", Assert.Single(await _verifier.Service<IAttestationStore>().ReadHostsAsync(Now)).PolicyGroup);
        Assert.Equal(HttpStatusCode.OK, await MoveAsync("hv1", "default"));
        Assert.Equal("affirming", await StatusAsync(agent));
    }

    [Fact]
    public async Task The_bundle_of_a_host_that_was_asked_often_gives_the_same_answer_without_the_verifier()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        Assert.Equal((HttpStatusCode.OK, "\"1\""), await PutAsync("default", Document("name: p\nhypervisors: [{kind: xen}]"), "\"0\""));
        using var none = await _verifier.Operator().GetAsync("/v1/hosts/hv1/bundle", Now);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        await agent.AttestAsync();
        await CheckAsync("/v1/hosts/hv1/bundle", TrustTier.Affirming, 0);
        agent.Host.Start(VirtualVms.BankA);
        await agent.AttestAsync();
        await CheckAsync("/v1/hosts/hv1/bundle", TrustTier.Affirming, 5);
        agent.Host.Start(VirtualVms.BankB);
        await agent.AttestAsync();
        await agent.AttestAsync();
        await CheckAsync("/v1/vms/bank-a/bundle", TrustTier.Contraindicated, 7);
        agent.Host.Reboot();
        await agent.AttestAsync();
        await agent.AttestAsync();
        await CheckAsync("/v1/hosts/hv1/bundle", TrustTier.Affirming, 5);
        using var unknown = await _verifier.Operator().GetAsync("/v1/vms/nobody/bundle", Now);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Old_evidence_is_forgotten_and_the_bundle_is_still_whole()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        await agent.AttestAsync();
        agent.Host.Start(VirtualVms.BankA);
        await agent.AttestAsync();
        await agent.AttestAsync();
        await _verifier.Service<IAttestationStore>().ForgetBeforeAsync(DateTimeOffset.MaxValue, Now);
        await CheckAsync("/v1/hosts/hv1/bundle", TrustTier.Affirming, 6);
    }

    [Fact]
    public async Task Q10_a_clock_that_is_not_safe_is_said_where_the_policy_demands_a_safe_one()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        agent.Host.Tpm.Clock = agent.Host.Tpm.Clock with { Safe = false };
        Assert.DoesNotContain("clock-not-safe", await CodesAsync(agent));
        await PutAsync("default", Document("name: p\ntpm: {safe-clock: required}"), "\"0\"");
        Assert.Contains("clock-not-safe", await CodesAsync(agent));
        agent.Host.Tpm.Clock = agent.Host.Tpm.Clock with { Safe = true };
        Assert.DoesNotContain("clock-not-safe", await CodesAsync(agent));
    }

    [Fact]
    public async Task Q23_firmware_of_the_TPM_below_the_minimum_of_the_policy_is_refused()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        var version = agent.Host.Tpm.FirmwareVersion;
        await PutAsync("default", Document($"name: p\ntpm: {{minimum-firmware: \"0x{version:x}\"}}"), "\"0\"");
        Assert.Equal("affirming", await StatusAsync(agent));
        await PutAsync("default", Document($"name: p\ntpm: {{minimum-firmware: \"0x{version + 1:x}\"}}"), "\"1\"");
        Assert.Contains("firmware-version-too-low", await CodesAsync(agent));
        Assert.NotEqual("affirming", await StatusAsync(agent));
    }

    private async Task CheckAsync(string address, TrustTier status, ulong known)
    {
        var bytes = await _verifier.Operator().GetByteArrayAsync(address, Now);
        Assert.True(OpenBundle.TryOpen(bytes, out var bundle, out var problem), problem);
        Assert.True(JsonWebKeySet.TryRead(await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        var check = BundleCheck.Of(bundle, keys);
        Assert.Null(check.SignatureProblem);
        Assert.Empty(check.Differences);
        Assert.Equal((status, known), (check.Result.Status, bundle.Parts.Context.KnownRecords));
    }

    private static async Task<string> StatusAsync(VirtualAgent agent)
    {
        Assert.True(ResultToken.TryReadUnverified(await agent.AttestAsync(), out var claims, out _));
        return claims.Result.Submods["host"].Status.ToString().ToLowerInvariant();
    }

    private static async Task<IReadOnlyList<string>> CodesAsync(VirtualAgent agent)
    {
        Assert.True(ResultToken.TryReadUnverified(await agent.AttestAsync(), out var claims, out _));
        return [.. claims.Result.Submods["host"].Findings?.Select(finding => finding.Code) ?? []];
    }

    private async Task<HttpStatusCode> MoveAsync(string host, string group)
    {
        using var response = await _verifier.Operator().PostAsJsonAsync($"/v1/hosts/{host}/group", new GroupRequest { Group = group }, ProtocolJson.Default.GroupRequest, Now);
        return response.StatusCode;
    }

    private async Task<(HttpStatusCode Status, string? Tag)> PutAsync(string group, string document, string? version)
    {
        using var response = await SendAsync(group, document, version);
        return (response.StatusCode, response.Headers.ETag?.Tag);
    }

    private async Task<HttpResponseMessage> SendAsync(string group, string document, string? version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/appraisal-policies/{group}") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(document)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Yaml);
        if (version is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", version);
        }

        return await _verifier.Operator().SendAsync(request, Now);
    }

    private static string Document(string more = "name: p") => $"format: 1\n{more}\n";
}
