using System.Net.Http.Json;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>Two real verifiers on one real PostgreSQL use the same keys, and follow a rotation while they run.</summary>
public sealed class SharedKeysTests(PostgresServer server) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task R19_what_one_rotates_the_other_signs_with_and_challenges_of_either_are_taken_by_both()
    {
        var (database, vendor) = ("postgres:" + server.NewDatabase(), new VirtualVendor());
        using var a = new Node(_folder["a"], database, vendor);
        using var b = new Node(_folder["b"], database, vendor);
        await a.StartAsync();
        await b.StartAsync(sharesKeysOf: a);
        Assert.Equal(await KeySetAsync(a), await KeySetAsync(b));
        Assert.Equal(await a.Anonymous.GetStringAsync("/.well-known/audit-jwks.json", Now), await b.Anonymous.GetStringAsync("/.well-known/audit-jwks.json", Now));

        var enrolled = await a.EnrolAsync("alpha");
        await a.ApproveAsync("alpha");
        await UntilAsync(async () => await b.StateAsync("alpha") == HostState.Enrolled);
        var (atA, atB) = (a.Agent(enrolled), b.Agent(enrolled));
        var before = await atA.AttestAsync();
        var minted = await atA.ChallengeAsync();

        foreach (var purpose in (string[])[KeyPurposes.Results, KeyPurposes.Challenges])
        {
            using var rotated = await b.Admin.PostAsJsonAsync("/v1/keys", new KeyRotation { Purpose = purpose, Now = true }, ProtocolJson.Default.KeyRotation, Now);
            rotated.EnsureSuccessStatusCode();
        }

        // Both publish the key before either signs with it.
        await UntilAsync(async () => await KeySetAsync(a) == await KeySetAsync(b) && (await KeySetAsync(a)).Split("kid").Length == 3);
        await UntilAsync(async () => (await a.Admin.GetFromJsonAsync("/v1/keys", ProtocolJson.Default.KeyList, Now))!.Keys.Count(key => key.State == "old") == 2);
        var afterAtB = await atB.TokenAsync(enrolled.Host.Answer(minted).Encode());
        Assert.DoesNotContain("challenge-not-ours", Payload(afterAtB), StringComparison.Ordinal);
        var afterAtA = await atA.TokenAsync(enrolled.Host.Answer(await atB.ChallengeAsync()).Encode());
        Assert.NotEqual(KeyId(before), KeyId(afterAtA));
        Assert.Equal(KeyId(afterAtA), KeyId(afterAtB));

        // One that starts with another key-encryption key says so, and does not make keys of its own.
        var keys = await KeySetAsync(a);
        await b.KillAsync();
        await File.WriteAllTextAsync(_folder["b/state/keys/wrapping.key"], Convert.ToBase64String(new byte[32]), Now);
        using var process = VerifierProcess.Start("--state", _folder["b/state"], "--ek-roots", _folder["b/roots"], "--listen", "127.0.0.1:0", "--database", database);
        var errors = await process.StandardError.ReadToEndAsync(Now);
        await process.WaitForExitAsync(Now);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("KeyEncryptionKeyFile", errors, StringComparison.Ordinal);
        Assert.Equal(keys, await KeySetAsync(a));
    }

    private static Task<string> KeySetAsync(Node node) => node.Anonymous.GetStringAsync("/.well-known/jwks.json", Now);

    private static string Payload(string token) => System.Text.Encoding.UTF8.GetString(Part(token, 1));

    private static string KeyId(string token) => JsonDocument.Parse(Part(token, 0)).RootElement.GetProperty("kid").GetString()!;

    private static byte[] Part(string token, int part) => Base64UrlText.TryDecode(token.Split('.')[part], out var bytes) ? bytes : [];

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            Now.ThrowIfCancellationRequested();
            await Task.Delay(50, Now);
        }
    }
}
