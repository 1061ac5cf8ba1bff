using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Attestation;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Bundles of a running verifier: whatever a verdict rested on, and whatever happened to the verifier since, the answer is the same without it.</summary>
public sealed class BundleTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-archive-").FullName;
    private readonly VirtualVendor _vendor = new();
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_kernel_that_measures_files_is_judged_again_also_after_a_restart_of_the_verifier()
    {
        var agent = await _verifier.BootHostAsync("hv1", spec => spec with { Ima = [("/sbin/init", "init"), ("/bin/sh", "sh")] });
        await agent.AttestAsync();
        agent.Host.Load("/bin/ls", "ls");
        await agent.AttestAsync();
        await CheckAsync("hv1", TrustTier.Affirming);
        agent = await RestartAsync(agent);
        agent.Host.Load(list => list.AddViolation("/tmp/x"));
        await agent.AttestAsync();
        await agent.AttestAsync();
        var bundle = await CheckAsync("hv1", TrustTier.Warning);
        Assert.Equal(agent.Host.ImaList, bundle.Parts.ImaLog!.Value.ToArray());
        await ActivateAsync("ima: {deny: [{path: /bin/ls}]}\n");
        // The bundle is still that of the last verdict; the next one is under the new policy.
        await CheckAsync("hv1", TrustTier.Warning);
        await agent.AttestAsync();
        await CheckAsync("hv1", TrustTier.Contraindicated);
        agent.Host.Reboot();
        await agent.AttestAsync();
        await agent.AttestAsync();
        Assert.Equal((ulong)agent.Host.ImaList!.Length, (await CheckAsync("hv1", TrustTier.Affirming)).Parts.Context.KnownImaBytes);
    }

    [Fact]
    public async Task Signed_references_are_kept_with_the_verdicts_that_rest_on_them_whatever_became_of_them()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        await AllowAsync();
        await _verifier.Service<CurrentReferences>().ReplaceAsync(VirtualReferences.With(document => document with { Vms = [] }), 1, "test", _clock.GetUtcNow(), Now);
        await ImportAsync(7, _clock.GetUtcNow().AddDays(1));
        await agent.AttestAsync();
        await CheckAsync("hv1", TrustTier.Affirming);
        var seven = await _verifier.Operator().GetByteArrayAsync("/v1/hosts/hv1/bundle", Now);

        // A newer one takes its place, and the old verdict still rests on the old one.
        await ImportAsync(8, _clock.GetUtcNow().AddDays(1));
        Assert.Equal(seven, await _verifier.Operator().GetByteArrayAsync("/v1/hosts/hv1/bundle", Now));
        agent = await RestartAsync(agent);
        Assert.Equal(Open(seven).Parts.SignedReferences[0].Source, Open(await BytesAsync("hv1")).Parts.SignedReferences[0].Source);
        await CheckAsync("hv1", TrustTier.Affirming);

        _clock.Advance(TimeSpan.FromDays(2));
        await agent.AttestAsync();
        Assert.Contains((await CheckAsync("hv1", TrustTier.Contraindicated)).Appraise().Findings, finding => finding.Kind.Text == "reference-expired");
        await RemoveAsync("\"8\"");
        await agent.AttestAsync();
        Assert.Contains((await CheckAsync("hv1", TrustTier.Contraindicated)).Appraise().Findings, finding => finding.Kind.Text == "reference-revoked");
    }

    [Fact]
    public async Task A_signed_bundle_is_kept_once_and_not_with_every_verdict()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        await AllowAsync();
        await ImportAsync(7, null);
        for (var i = 0; i < 3; i++)
        {
            await agent.AttestAsync();
        }

        agent = await RestartAsync(agent);
        await agent.AttestAsync();
        Assert.Equal(2L, Rows());
    }

    [Fact]
    public async Task What_an_asker_demands_is_in_the_askers_token_and_the_bundle_shows_what_it_rests_on()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        await using var serving = await agent.ServeAsync();
        using var body = new StringContent(
            """{"nonce":"AAECAwQFBgcICQoLDA0ODw","guarantees":[{"never-together":["Bank.A","Bank.B"]},{"enforced-by":"hypervisor"}]}""", Encoding.UTF8, "application/json");
        using var response = await _verifier.RelyingParty().PostAsync("/v1/attest/host/hv1", body, Now);
        var token = await response.Content.ReadAsStringAsync(Now);
        Assert.True(ResultToken.TryReadUnverified(token, out var asked, out _), token);
        Assert.Equal(2, asked.Result.Submods["host"].Guarantees!.Count(guarantee => guarantee.DemandedBy == "asker"));
        var bundle = await CheckAsync("hv1", TrustTier.Affirming);
        Assert.DoesNotContain(bundle.Claimed.Result.Submods["host"].Guarantees!, guarantee => guarantee.DemandedBy is not null);
        Assert.Equal(asked.Result.Inputs!.Evidence, bundle.Claimed.Result.Inputs!.Evidence);
        Assert.Equal(asked.Result.Inputs.References, bundle.Claimed.Result.Inputs.References);
    }

    [Fact]
    public async Task What_operators_demand_of_isolation_is_in_the_bundle()
    {
        var agent = await _verifier.BootHostAsync("hv1");
        await ActivateAsync("isolation: {guarantees: [{enforced-by: hypervisor}]}\n");
        await agent.AttestAsync();
        Assert.Contains((await CheckAsync("hv1", TrustTier.Contraindicated)).Appraise().Findings, finding => finding.Kind.Text == "configuration-demand-violated");
    }

    private Task<RunningVerifier> StartAsync() => RunningVerifier.StartAsync(clock: _clock, folder: _folder, vendor: _vendor);

    private async Task<VirtualAgent> RestartAsync(VirtualAgent agent)
    {
        var token = agent.Client.DefaultRequestHeaders.Authorization!.Parameter;
        await _verifier.DisposeAsync();
        _verifier = await StartAsync();
        return new VirtualAgent(agent.Host, _verifier.Client(token));
    }

    private long Rows()
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_verifier.State, "verifier.db")};Mode=ReadOnly");
        database.Open();
        using var count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM archive_parts";
        return (long)count.ExecuteScalar()!;
    }

    private Task<byte[]> BytesAsync(string host) => _verifier.Operator().GetByteArrayAsync($"/v1/hosts/{host}/bundle", Now);

    private async Task<OpenBundle> CheckAsync(string host, TrustTier status)
    {
        var bundle = Open(await BytesAsync(host));
        Assert.True(JsonWebKeySet.TryRead(await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        var check = BundleCheck.Of(bundle, keys);
        Assert.Null(check.SignatureProblem);
        Assert.Empty(check.Differences);
        Assert.Equal(status, check.Result.Status);
        return bundle;
    }

    private static OpenBundle Open(byte[] bytes) => OpenBundle.TryOpen(bytes, out var bundle, out var problem) ? bundle : throw new InvalidDataException(problem);

    private async Task ActivateAsync(string rules)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/appraisal-policies/default") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("format: 1\nname: p\n" + rules)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Yaml);
        request.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
        using var response = await _verifier.Operator().SendAsync(request, Now);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Now));
    }

    private async Task AllowAsync()
    {
        var request = new ReferenceSignerInfo { Name = "maker", PublicKey = VirtualBundles.Key.ExportSubjectPublicKeyInfoPem() };
        using var response = await _verifier.Operator().PostAsJsonAsync("/v1/references/signers", request, ProtocolJson.Default.ReferenceSignerInfo, Now);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Now));
    }

    private async Task ImportAsync(long sequence, DateTimeOffset? until)
    {
        using var content = new ByteArrayContent(VirtualBundles.Sign(VirtualBundles.Bundle with { Sequence = sequence, NotAfter = until }));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.RimCose);
        using var response = await _verifier.Operator().PostAsync("/v1/references/bundles", content, Now);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Now));
    }

    private async Task RemoveAsync(string version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/references/bundles/fleet");
        request.Headers.TryAddWithoutValidation("If-Match", version);
        using var response = await _verifier.Operator().SendAsync(request, Now);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Now));
    }
}
