using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Attestation;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Signed bundles of reference values at the running verifier: who is taken, what never comes back, and when a bundle counts (threat rows V10, V18, R17, R21).</summary>
public sealed class ReferenceBundleTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-bundles-").FullName;
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _verifier = await RunningVerifier.StartAsync(clock: _clock, folder: _folder);
        await AllowAsync("maker", VirtualBundles.Key);
    }

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "V18 not signed", ProblemTypes.ReferenceUnsigned },
        { "V18 signed by a stranger", ProblemTypes.ReferenceSignerUnknown },
        { "V18 changed after it was signed", ProblemTypes.ReferenceSignatureInvalid },
        { "V18 expired a second ago", ProblemTypes.ReferenceExpired },
        { "V18 no bundle", ProblemTypes.Malformed },
        { "V10 older than the one in force", ProblemTypes.ReferenceRolledBack },
        { "V10 same version with another content", ProblemTypes.ReferenceConflict },
        { "V18 a name that belongs to another signer", ProblemTypes.ReferenceConflict },
        { "V18 the name of the operators' own values", ProblemTypes.ReferenceConflict },
        { "R16 a name with a path", ProblemTypes.Malformed },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_bundle_is_refused_with_its_reason_and_nothing_changes(string what, string type)
    {
        Assert.Equal(HttpStatusCode.OK, (await ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle))).Status);
        var before = await ListAsync();
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var refused = await ImportAsync(await ForgeAsync(what, stranger));
        Assert.Equal(type, refused.Problem?.Type);
        Assert.Equal(JsonSerializer.Serialize(before, ProtocolJson.Default.ReferenceBundleList), JsonSerializer.Serialize(await ListAsync(), ProtocolJson.Default.ReferenceBundleList));
        if (what.Contains("older", StringComparison.Ordinal))
        {
            Assert.Equal("'fleet' comes as version 6, but version 7 is in force.", refused.Problem!.Detail);
        }
    }

    [Fact]
    public async Task V18_what_was_removed_comes_back_neither_older_nor_the_same_not_even_after_a_restart()
    {
        var signed = VirtualBundles.Sign(VirtualBundles.Bundle);
        await ImportAsync(signed);
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await RemoveAsync("fleet", null)).Status);
        Assert.Equal(ProblemTypes.VersionConflict, (await RemoveAsync("fleet", "\"6\"")).Problem?.Type);
        Assert.Equal(HttpStatusCode.OK, (await RemoveAsync("fleet", "\"7\"")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RemoveAsync("fleet", "\"7\"")).Status);
        await RestartAsync();
        foreach (var sequence in (long[])[1, 7])
        {
            var refused = await ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle with { Sequence = sequence }));
            Assert.Equal((ProblemTypes.ReferenceRolledBack, $"'fleet' comes as version {sequence}, but version 7 was removed."), (refused.Problem?.Type, refused.Problem?.Detail));
        }

        Assert.Equal("revoked", Assert.Single((await ListAsync()).Bundles, bundle => bundle.Name == "fleet").Standing);
        Assert.Equal(HttpStatusCode.OK, (await ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle with { Sequence = 8 }))).Status);
    }

    [Fact]
    public async Task V18_R21_a_bundle_affirms_a_host_until_the_end_of_its_last_second_and_no_longer()
    {
        var agent = await BootAsync();
        await ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle with { NotBefore = _clock.GetUtcNow().AddSeconds(5), NotAfter = _clock.GetUtcNow().AddSeconds(10) }));
        Assert.Contains("reference-not-yet-valid", await CodesAsync(agent));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TrustTier.Affirming, await TierAsync(agent));
        _clock.Advance(TimeSpan.FromSeconds(6) - TimeSpan.FromTicks(1));
        var set = _verifier.Service<CurrentReferences>().At(_clock.GetUtcNow());
        Assert.Equal(TrustTier.Affirming, await TierAsync(agent));
        // Nothing is made anew between two edges.
        Assert.Same(set, _verifier.Service<CurrentReferences>().At(_clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.NotSame(set, _verifier.Service<CurrentReferences>().At(_clock.GetUtcNow()));
        Assert.Contains("reference-expired", await CodesAsync(agent));
    }

    [Fact]
    public async Task V18_whoever_takes_a_key_back_takes_back_what_it_signed()
    {
        var agent = await BootAsync();
        await ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle));
        Assert.Equal(TrustTier.Affirming, await TierAsync(agent));
        using var removed = await _verifier.Operator().DeleteAsync("/v1/references/signers/maker", Now);
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        Assert.Contains("reference-revoked", await CodesAsync(agent));
        await RestartAsync();
        Assert.Equal("revoked", (await ListAsync()).Bundles[1].Standing);
        await AllowAsync("maker", VirtualBundles.Key);
        Assert.Equal("in-force", (await ListAsync()).Bundles[1].Standing);
    }

    [Fact]
    public async Task Importing_the_same_again_is_no_change_and_every_change_is_written_down()
    {
        await ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle));
        // Another signature over the same content.
        Assert.Equal(HttpStatusCode.OK, (await ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle))).Status);
        var next = VirtualBundles.Bundle with
        {
            Sequence = 8, Content = VirtualReferences.With(document => document with { Vms = [document.Vms[0] with { Kernel = SampleLog.Digest("new") }] }),
        };
        await ImportAsync(VirtualBundles.Sign(next));
        await RemoveAsync("fleet", "\"8\"");
        using var response = await _verifier.Operator().GetAsync("/v1/references/history", Now);
        var history = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(Now), ProtocolJson.Default.ReferenceHistory)!;
        Assert.Equal([("removed", 8L), ("imported", 8), ("imported", 7), ("signer-added", null)], history.Events.Select(change => (change.Action, change.Sequence)));
        Assert.All(history.Events, change => Assert.Equal(("operator", _clock.GetUtcNow()), (change.Actor, change.At)));
        Assert.Contains(history.Events[1].Changes, change => change.StartsWith("changed vms/web: kernel: sha256:", StringComparison.Ordinal));
        Assert.Contains("removed vms/db", history.Events[1].Changes);
    }

    [Fact]
    public async Task A_bundle_goes_out_as_it_came_and_together_with_the_operators_own_values()
    {
        var signed = VirtualBundles.Sign(VirtualBundles.Bundle);
        await ImportAsync(signed);
        var client = _verifier.Operator();
        Assert.Equal(signed, await client.GetByteArrayAsync("/v1/references/bundles/fleet/signed", Now));
        Assert.Equal(ReferenceSet.Encode(VirtualReferences.Document), await client.GetByteArrayAsync("/v1/references/bundles/fleet", Now));
        Assert.Equal(ReferenceSet.Encode(ReferenceSet.Empty.Document), await client.GetByteArrayAsync("/v1/references", Now));
        var own = VirtualReferences.With(document => document with { Vms = [document.Vms[0] with { Name = "more", Uuid = null }], Hypervisors = [] });
        await _verifier.Service<CurrentReferences>().ReplaceAsync(own, 0, "test", _clock.GetUtcNow(), Now);
        Assert.True(ReferenceSet.TryRead(await client.GetByteArrayAsync("/v1/references/in-force", Now), out var inForce, out _));
        Assert.Equal(own.Document.Vms.Count + VirtualReferences.Document.Vms.Count, inForce.Document.Vms.Count);
    }

    [Fact]
    public async Task R17_two_who_import_two_contents_of_one_version_at_once_get_one_yes()
    {
        var other = VirtualBundles.Bundle with { Content = VirtualReferences.With(document => document with { Vms = [] }) };
        var both = await Task.WhenAll(ImportAsync(VirtualBundles.Sign(VirtualBundles.Bundle)), ImportAsync(VirtualBundles.Sign(other)));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], both.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task What_a_host_runs_is_offered_only_while_its_evidence_is_proven()
    {
        var agent = await BootAsync();
        var client = _verifier.Operator();
        using (var early = await client.GetAsync("/v1/hosts/hv1/measured", Now))
        {
            Assert.Equal((HttpStatusCode.Conflict, ProblemTypes.HostNotProven), (early.StatusCode, (await Answer.ProblemAsync(early)).Type));
        }

        Assert.Equal(TrustTier.Contraindicated, await TierAsync(agent));
        Assert.True(ReferenceSet.TryRead(await client.GetByteArrayAsync("/v1/hosts/hv1/measured", Now), out var measured, out _));
        Assert.Equal(["db", "web"], measured.Document.Vms.Select(vm => vm.Name).Order(StringComparer.Ordinal));

        // A log that does not add up: what it says is not offered, and what was proven before neither.
        await agent.AttestAsync(evidence => evidence with { QuoteSignature = new byte[] { 0, 24, 0, 11, 0, 0 } });
        using var refused = await client.GetAsync("/v1/hosts/hv1/measured", Now);
        var problem = await Answer.ProblemAsync(refused);
        Assert.Equal(ProblemTypes.HostNotProven, problem.Type);
        Assert.Contains(problem.Findings!, finding => finding.Code.StartsWith("quote-signature", StringComparison.Ordinal));
    }

    private async Task<byte[]> ForgeAsync(string what, ECDsa stranger)
    {
        var bundle = VirtualBundles.Bundle;
        switch (what)
        {
            case "V18 not signed":
                return Shype.Attest.Appraisal.References.Corim.CorimWriter.Write(bundle with { Sequence = 8 });
            case "V18 signed by a stranger":
                return VirtualBundles.Sign(bundle with { Sequence = 8 }, stranger);
            case "V18 changed after it was signed":
                var signed = VirtualBundles.Sign(bundle with { Sequence = 8 });
                signed[^1] ^= 1;
                return signed;
            case "V18 expired a second ago":
                return VirtualBundles.Sign(bundle with { Sequence = 8, NotAfter = _clock.GetUtcNow().AddSeconds(-1) });
            case "V18 no bundle":
                return "{}"u8.ToArray();
            case "V10 older than the one in force":
                return VirtualBundles.Sign(bundle with { Sequence = 6 });
            case "V10 same version with another content":
                return VirtualBundles.Sign(bundle with { Origin = "somebody else" });
            case "V18 a name that belongs to another signer":
                await AllowAsync("stranger", stranger);
                return VirtualBundles.Sign(bundle with { Sequence = 8 }, stranger);
            case "V18 the name of the operators' own values":
                return VirtualBundles.Sign(bundle with { Name = ReferenceBundle.Operators });
            default:
                return VirtualBundles.Sign(bundle with { Name = "../verifier.db" });
        }
    }

    private async Task<VirtualAgent> BootAsync()
    {
        await _verifier.Service<CurrentReferences>().ReplaceAsync(ReferenceSet.Empty, 0, "test", _clock.GetUtcNow(), Now);
        return await _verifier.BootHostAsync("hv1");
    }

    private static async Task<Submod> HostAsync(VirtualAgent agent)
    {
        Assert.True(ResultToken.TryReadUnverified(await agent.AttestAsync(), out var read, out _));
        return read.Result.Submods["host"];
    }

    private static async Task<TrustTier> TierAsync(VirtualAgent agent) => (await HostAsync(agent)).Status;

    private static async Task<IEnumerable<string>> CodesAsync(VirtualAgent agent) => (await HostAsync(agent)).Findings!.Select(finding => finding.Code);

    private async Task AllowAsync(string name, ECDsa key)
    {
        var request = new ReferenceSignerInfo { Name = name, PublicKey = key.ExportSubjectPublicKeyInfoPem() };
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.ReferenceSignerInfo));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        using var response = await _verifier.Operator().PostAsync("/v1/references/signers", content, Now);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task<(HttpStatusCode Status, ProblemDocument? Problem)> ImportAsync(byte[] bundle)
    {
        using var content = new ByteArrayContent(bundle);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.RimCose);
        using var response = await _verifier.Operator().PostAsync("/v1/references/bundles", content, Now);
        return (response.StatusCode, response.IsSuccessStatusCode ? null : await Answer.ProblemAsync(response));
    }

    private async Task<(HttpStatusCode Status, ProblemDocument? Problem)> RemoveAsync(string name, string? version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/references/bundles/" + name);
        if (version is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", version);
        }

        using var response = await _verifier.Operator().SendAsync(request, Now);
        return (response.StatusCode, response.IsSuccessStatusCode ? null : await Answer.ProblemAsync(response));
    }

    private async Task<ReferenceBundleList> ListAsync() => JsonSerializer.Deserialize(
        await _verifier.Operator().GetByteArrayAsync("/v1/references/bundles", Now), ProtocolJson.Default.ReferenceBundleList)!;

    private async Task RestartAsync()
    {
        var vendor = _verifier.Vendor;
        await _verifier.DisposeAsync();
        _verifier = await RunningVerifier.StartAsync(clock: _clock, folder: _folder, vendor: vendor);
    }
}
