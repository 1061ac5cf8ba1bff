using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>
/// What happens in a verifier's day, against the real program: hosts enrol, are approved and refused, show good and bad evidence and are asked for; tokens and
/// invitations are made; strangers try. Every secret of it is remembered.
/// </summary>
internal sealed class Story(Node verifier, string state, VirtualVendor vendor)
{
    public const string Name = "host-of-the-story";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>All that must never be logged, counted or traced.</summary>
    public List<string> Secrets { get; } = [];

    public async Task PlayAsync()
    {
        Secrets.AddRange(Directory.GetFiles(state, "*.token").Select(file => File.ReadAllText(file).Trim()));
        Secrets.AddRange(Directory.GetFiles(state, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".key")
            .SelectMany(file => (string[])[Convert.ToBase64String(File.ReadAllBytes(file)), Convert.ToHexStringLower(File.ReadAllBytes(file))]));
        Secrets.AddRange(Directory.GetFiles(state, "*.pem", SearchOption.AllDirectories).Select(File.ReadAllText).Where(text => text.Contains("PRIVATE KEY", StringComparison.Ordinal))
            .Select(text => text.Split('\n')[1]));

        (await verifier.PutReferencesAsync(0)).EnsureSuccessStatusCode().Dispose();
        await AdministerAsync();
        await TryAsync();
        var enrolled = await verifier.EnrolAsync(Name);
        Secrets.Add(enrolled.Token);
        var agent = verifier.Agent(enrolled);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Client.GetAsync($"/v1/hosts/{enrolled.Host.Id}/challenge", Now)).StatusCode);
        await verifier.ApproveAsync(Name);
        await agent.AttestAsync();
        await agent.AttestAsync(evidence => evidence with { QuoteSignature = Flipped(evidence.QuoteSignature.ToArray()) });
        using var garbage = await agent.SendAsync([1, 2, 3]);
        Assert.Equal(HttpStatusCode.BadRequest, garbage.StatusCode);
        await AskAsync(Name, HttpStatusCode.ServiceUnavailable);
        await using (await agent.ServeAsync())
        {
            await AskAsync(Name, HttpStatusCode.OK);
        }

        await AskAsync("nobody", HttpStatusCode.NotFound);
    }

    private async Task AdministerAsync()
    {
        using var admin = verifier.Client(await File.ReadAllTextAsync(Path.Combine(state, "admin.token"), Now).ContinueWith(text => text.Result.Trim(), TaskScheduler.Default));
        using var made = await admin.PostAsJsonAsync("/v1/tokens", new TokenRequest { Name = "watcher", Role = "viewer" }, ProtocolJson.Default.TokenRequest, Now);
        Secrets.Add((await made.Content.ReadFromJsonAsync(ProtocolJson.Default.TokenInfo, Now))!.Token!);
        using var invited = await admin.PostAsJsonAsync("/v1/admissions/invitations", new InvitationRequest { Group = "default", Uses = 1 }, ProtocolJson.Default.InvitationRequest, Now);
        Secrets.Add((await invited.Content.ReadFromJsonAsync(ProtocolJson.Default.Invitation, Now))!.Token!);
    }

    // Strangers: a token that nobody made, a name that wants to be two lines, an answer that proves nothing.
    private async Task TryAsync()
    {
        var wrong = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
        Secrets.Add(wrong);
        using var stranger = verifier.Client(wrong);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/v1/hosts", Now)).StatusCode);
        using var tpm = new Verifier.SoftwareTpm();
        using var refused = await verifier.Anonymous.PostAsJsonAsync("/v1/enrol", tpm.Request(vendor, Hostile), ProtocolJson.Default.EnrolmentRequest, Now);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        using var begun = await verifier.Anonymous.PostAsJsonAsync("/v1/enrol", tpm.Request(vendor, "unproven"), ProtocolJson.Default.EnrolmentRequest, Now);
        var challenge = (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
        Secrets.Add(challenge.EnrolmentId);
        Secrets.Add(Base64UrlText.Encode(tpm.Open(challenge)));
        using var failed = await verifier.Anonymous.PostAsJsonAsync(
            $"/v1/enrol/{challenge.EnrolmentId}/activate", new EnrolmentActivation { Proof = new byte[32] }, ProtocolJson.Default.EnrolmentActivation, Now);
        Assert.Equal(HttpStatusCode.Forbidden, failed.StatusCode);
    }

    private async Task AskAsync(string host, HttpStatusCode expected)
    {
        using var asker = verifier.Client((await File.ReadAllTextAsync(Path.Combine(state, "relying-party.token"), Now)).Trim());
        using var asked = await asker.PostAsJsonAsync($"/v1/attest/host/{host}", new AttestRequest { Nonce = new byte[32] }, ProtocolJson.Default.AttestRequest, Now);
        Assert.Equal(expected, asked.StatusCode);
    }

    private static byte[] Flipped(byte[] bytes)
    {
        bytes[^1] ^= 1;
        return bytes;
    }

    public const string Hostile = "evil\n{\"level\":\"critical\"}\u001b[2J";
}
