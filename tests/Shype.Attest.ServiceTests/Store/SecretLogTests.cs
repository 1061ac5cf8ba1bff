using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier.Access;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>A whole story with every kind of secret, and none of them in the log at its most talkative, nor in files that others can read (threat row R20).</summary>
public sealed class SecretLogTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task R20_no_secret_of_a_story_stands_in_the_log_or_in_a_file_that_others_can_read()
    {
        using var key = new SigningKey("k", "ES256");
        await File.WriteAllTextAsync(_folder["keys.json"], new JsonObject { ["keys"] = new JsonArray(key.PublicKey) }.ToJsonString(), Now);
        using var node = new Node(_folder["node"], _folder["node/state/verifier.db"], new VirtualVendor())
        {
            Environment = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Trace" },
            Settings = new { Oidc = new { Keys = _folder["keys.json"], Issuer = "https://idp.example", Audience = "shype", Roles = new Dictionary<string, string> { ["a"] = "admin" } } },
        };
        await node.StartAsync();
        var state = _folder["node/state"];
        List<string> secrets = [.. Directory.EnumerateFiles(state, "*.token").Select(file => File.ReadAllText(file).Trim()), (await File.ReadAllTextAsync(Path.Combine(state, "keys/wrapping.key"), Now)).Trim()];

        var claims = new JsonObject { ["iss"] = "https://idp.example", ["aud"] = "shype", ["sub"] = "alice", ["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 300, ["roles"] = "a" };
        var jwt = key.Sign(claims);
        claims["aud"] = "other";
        foreach (var (token, status) in (IEnumerable<(string, HttpStatusCode)>)[(jwt, HttpStatusCode.OK), (key.Sign(claims), HttpStatusCode.Unauthorized), (Base64UrlText.Encode(new byte[32]), HttpStatusCode.Unauthorized)])
        {
            secrets.Add(token);
            using var answer = await node.Client(token).GetAsync("/v1/hosts", Now);
            Assert.Equal(status, answer.StatusCode);
        }

        var made = await PostAsync(node.Client(jwt), "/v1/tokens", new TokenRequest { Name = "bob", Role = "viewer" }, ProtocolJson.Default.TokenRequest);
        secrets.Add(JsonNode.Parse(made)!["token"]!.GetValue<string>());
        var invitation = await PostAsync(node.Admin, "/v1/admissions/invitations", new InvitationRequest { Group = "default" }, ProtocolJson.Default.InvitationRequest);
        secrets.Add(JsonNode.Parse(invitation)!["token"]!.GetValue<string>());
        await PostAsync(node.Admin, "/v1/keys", new KeyRotation { Purpose = KeyPurposes.Results, Now = true }, ProtocolJson.Default.KeyRotation);

        var enrolled = await node.EnrolAsync("alpha");
        secrets.Add(enrolled.Token);
        await node.ApproveAsync("alpha");
        await node.Agent(enrolled).AttestAsync();
        await node.RevokeAsync("alpha");
        using (var broken = await node.Admin.PostAsync($"/v1/tokens?token={jwt}", new StringContent("{", System.Text.Encoding.UTF8, MediaTypes.Json), Now))
        {
            Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        }

        await Tool.Run(null, "kill", "-TERM", node.Process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var log = await node.Log;
        Assert.Contains("alpha", log, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
        // A token's signature alone would be enough to make it whole again.
        Assert.All(secrets.Where(secret => secret.Contains('.', StringComparison.Ordinal)), token => Assert.DoesNotContain(token.Split('.')[2], log, StringComparison.Ordinal));
        Assert.DoesNotContain("PRIVATE KEY", log, StringComparison.Ordinal);

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        foreach (var file in Directory.EnumerateFiles(state, "*", SearchOption.AllDirectories).Where(file => (File.GetUnixFileMode(file) & others) != 0))
        {
            var content = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Now));
            Assert.All(secrets.Append("PRIVATE KEY"), secret => Assert.False(content.Contains(secret, StringComparison.Ordinal), file));
        }
    }

    private static async Task<string> PostAsync<T>(HttpClient client, string address, T message, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        using var response = await client.PostAsJsonAsync(address, message, type, Now);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(Now);
    }
}
