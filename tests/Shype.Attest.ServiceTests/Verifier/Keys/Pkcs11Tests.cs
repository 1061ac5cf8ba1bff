using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Signing;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier.Keys;

/// <summary>Signing keys in a real PKCS#11 token, SoftHSM.</summary>
public sealed class Pkcs11Tests : IDisposable
{
    private const string Pin = "271828";
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static string Module => new[] { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so" }.FirstOrDefault(File.Exists) ?? "";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_are_made_in_the_token_sign_there_rotate_and_are_destroyed_and_results_are_verified_by_jose()
    {
        await MakeTokenAsync();
        var (vendor, database) = (new VirtualVendor(), _folder["verifier.db"]);
        // First with keys in the database, so that the change of place is seen as well.
        using (var plain = new Node(_folder["node"], database, vendor))
        {
            await plain.StartAsync();
            await plain.KillAsync();
        }

        using var node = new Node(_folder["node"], database, vendor) { Environment = new Dictionary<string, string> { ["SOFTHSM2_CONF"] = _folder["softhsm.conf"] }, Settings = Settings() };
        await node.StartAsync();
        var keys = await KeysAsync(node);
        Assert.Equal(["current database", "next pkcs11"], keys.Where(key => key.Purpose == KeyPurposes.Results).Select(key => $"{key.State} {key.Place}"));
        await RotateAsync(node);
        var enrolled = await node.EnrolAsync("alpha");
        await node.ApproveAsync("alpha");
        var agent = node.Agent(enrolled);
        var first = await agent.AttestAsync();
        keys = await KeysAsync(node);
        Assert.Equal("pkcs11", Assert.Single(keys, key => key.Id == KeyId(first)).Place);
        Assert.Equal(0, (await VerifyAsync(node, first)).ExitCode);

        await RotateAsync(node);
        var second = await agent.AttestAsync();
        Assert.NotEqual(KeyId(first), KeyId(second));
        Assert.Equal(0, (await VerifyAsync(node, first)).ExitCode);
        Assert.Equal(0, (await VerifyAsync(node, second)).ExitCode);
        var listed = await ObjectsAsync();
        Assert.Equal(2, Count(listed, "shype results"));
        Assert.Contains("never extractable", listed, StringComparison.Ordinal);

        using var retired = await node.Admin.DeleteAsync("/v1/keys/" + KeyId(first), Now);
        retired.EnsureSuccessStatusCode();
        Assert.Equal(1, Count(await ObjectsAsync(), "shype results"));
        Assert.Equal(1, (await VerifyAsync(node, first)).ExitCode);

        // The same keys after a restart; and a token that has lost its key is a clear error.
        await node.KillAsync();
        await node.StartAsync();
        Assert.Equal(KeyId(second), KeyId(await node.Agent(enrolled).AttestAsync()));
        await node.KillAsync();
        Directory.Delete(_folder["tokens"], recursive: true);
        await MakeTokenAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => node.StartAsync());
        Assert.Contains("is not in token 'shype'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:/x", "neither 'database' nor")]
    [InlineData("pkcs11:token=a", "'module-path' is missing")]
    [InlineData("pkcs11:token=a?module-path=/x&pin-value=1", "'pin-value' is not taken")]
    [InlineData("pkcs11:token=a;token=b", "NAME=VALUE, once")]
    [InlineData("pkcs11:token=a?module-path=/nowhere.so&pin-source=PIN", "/nowhere.so")]
    [InlineData("pkcs11:token=a?module-path=/nowhere.so&pin-source=OPEN", "chmod 600")]
    public async Task R20_a_wrong_setting_stops_the_start_and_no_PIN_is_taken_from_it(string setting, string said)
    {
        await File.WriteAllTextAsync(_folder["pin"], Pin, Now);
        await File.WriteAllTextAsync(_folder["open"], Pin, Now);
        File.SetUnixFileMode(_folder["pin"], UnixFileMode.UserRead);
        setting = setting.Replace("PIN", _folder["pin"], StringComparison.Ordinal).Replace("OPEN", _folder["open"], StringComparison.Ordinal);
        var refused = Assert.Throws<SetupException>(() => Pkcs11Vault.Open(setting));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    private object Settings() => new { EnrolmentsPerMinute = 1000, SigningKeys = $"pkcs11:token=shype?module-path={Module}&pin-source={_folder["pin"]}" };

    private async Task MakeTokenAsync()
    {
        Assert.True(Module.Length > 0, "SoftHSM is missing: apt-get install softhsm2");
        Directory.CreateDirectory(_folder["tokens"]);
        await File.WriteAllTextAsync(_folder["softhsm.conf"], $"directories.tokendir = {_folder["tokens"]}\nobjectstore.backend = file\nlog.level = ERROR\n", Now);
        await File.WriteAllTextAsync(_folder["pin"], Pin + "\n", Now);
        File.SetUnixFileMode(_folder["pin"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RunAsync("softhsm2-util", "--init-token", "--free", "--label", "shype", "--pin", Pin, "--so-pin", Pin);
    }

    private Task<string> ObjectsAsync() => RunAsync("pkcs11-tool", "--module", Module, "--login", "--pin", Pin, "--list-objects", "--type", "privkey");

    private async Task<string> RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SOFTHSM2_CONF"] = _folder["softhsm.conf"];
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Now);
        var output = await process.StandardOutput.ReadToEndAsync(Now);
        await process.WaitForExitAsync(Now);
        Assert.True(process.ExitCode == 0, output + await errors);
        return output;
    }

    private static async Task RotateAsync(Node node)
    {
        using var rotated = await node.Admin.PostAsJsonAsync("/v1/keys", new KeyRotation { Purpose = KeyPurposes.Results, Now = true }, ProtocolJson.Default.KeyRotation, Now);
        rotated.EnsureSuccessStatusCode();
    }

    private static async Task<IReadOnlyList<KeyInfo>> KeysAsync(Node node) => (await node.Admin.GetFromJsonAsync("/v1/keys", ProtocolJson.Default.KeyList, Now))!.Keys;

    private async Task<(int ExitCode, string Output, string Errors)> VerifyAsync(Node node, string token) =>
        await Jose.VerifyAsync(_folder.Path, token, await node.Anonymous.GetByteArrayAsync("/.well-known/jwks.json", Now));

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string KeyId(string token) =>
        JsonDocument.Parse(Base64UrlText.TryDecode(token.Split('.')[0], out var bytes) ? bytes : []).RootElement.GetProperty("kid").GetString()!;
}
