using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Attacks;

/// <summary>A running verifier as attackers meet it: references are in force, hosts enrol and answer over its public interface, nothing is put in from inside.</summary>
public sealed class Scene : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-verifier-").FullName;
    private int _hosts;

    /// <summary>The verifier.</summary>
    internal RunningVerifier Verifier { get; private set; } = null!;

    /// <summary>Its clock.</summary>
    internal FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    /// <summary>A vendor of whom the verifier has the root and nothing below it.</summary>
    internal VirtualVendor Vendor { get; } = new("Root TPM Vendor");

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var roots = Directory.CreateDirectory(Path.Combine(_folder, "roots")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(roots, "vendor.der"), Vendor.Root);
        Verifier = await RunningVerifier.StartAsync(new { RequireApproval = false, EnrolmentsPerMinute = 1_000_000, EvidencePerMinute = 1_000_000 }, Clock, _folder);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/references") { Content = new ByteArrayContent(ReferenceSet.Encode(VirtualReferences.Document)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"0\""));
        using var response = await Verifier.Operator().SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Verifier.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A good host that enrolled.</summary>
    internal async Task<VirtualAgent> HostAsync(AkKind kind = AkKind.EcdsaP256)
    {
        var ak = new VirtualAk(kind);
        using var tpm = new SoftwareTpm(ak.Public);
        var (id, name, client) = await EnrolAsync(tpm);
        return new VirtualAgent(VirtualHost.Boot(spec => spec with { Id = id, Name = name, Ak = ak }), client);
    }

    /// <summary>Enrols the keys of a TPM; the client speaks for the host from then on.</summary>
    internal async Task<(string Id, string Name, HttpClient Client)> EnrolAsync(SoftwareTpm tpm)
    {
        var name = $"host-{Interlocked.Increment(ref _hosts)}";
        using var begun = await BeginAsync(tpm.Request(Verifier.Vendor, name));
        Assert.True(begun.IsSuccessStatusCode, await begun.Content.ReadAsStringAsync(Now));
        var challenge = (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
        using var activated = await Verifier.Anonymous().PostAsJsonAsync(
            $"/v1/enrol/{challenge.EnrolmentId}/activate", tpm.Answer(challenge), ProtocolJson.Default.EnrolmentActivation, Now);
        Assert.True(activated.IsSuccessStatusCode, await activated.Content.ReadAsStringAsync(Now));
        return (challenge.HostId, name, Verifier.Client(EnrolmentProof.AgentToken(tpm.Open(challenge), challenge.HostId)));
    }

    /// <summary>Asks to enrol.</summary>
    internal Task<HttpResponseMessage> BeginAsync(EnrolmentRequest request) =>
        Verifier.Anonymous().PostAsJsonAsync("/v1/enrol", request, ProtocolJson.Default.EnrolmentRequest, Now);

    /// <summary>The verdict in a token that holds: signed with a published key, in time.</summary>
    internal async Task<AttestationResult> ReadAsync(string token)
    {
        Assert.True(JsonWebKeySet.TryRead(await Verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        Assert.True(ResultToken.TryVerify(token, keys, new TokenExpectation { Now = Clock.GetUtcNow(), Nonce = null }, out var result, out var problem), problem?.Detail);
        return result;
    }

    /// <summary>The token that the verifier keeps as its last word about a host.</summary>
    internal Task<string> LastTokenAsync(string hostId) => Verifier.Operator().GetStringAsync($"/v1/hosts/{hostId}/verdict", Now);

    /// <summary>All codes of a verdict.</summary>
    internal static IReadOnlyList<string> Codes(AttestationResult result) =>
        [.. result.Submods.Values.SelectMany(part => part.Findings ?? []).Select(finding => finding.Code).Distinct()];

    /// <summary>The same machine after a reboot into something else.</summary>
    internal static VirtualHost RebootedAs(VirtualHost host, Func<HostSpec, HostSpec> change) =>
        VirtualHost.Boot(spec => change(spec with { Id = host.Id, Name = host.Name, Ak = host.Tpm.Ak })).Reboot();
}
