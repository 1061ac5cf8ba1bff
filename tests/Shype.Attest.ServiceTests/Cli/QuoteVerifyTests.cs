using System.Runtime.Versioning;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Emulation;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary><c>shype tpm quote-verify</c> on files that tpm2-tools make on an emulator now.</summary>
[SupportedOSPlatform("linux")]
public sealed class QuoteVerifyTests : IDisposable
{
    private const string Nonce = "00112233445566778899aabbccddeeff";

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("rsa", "sha256", "rsassa")]
    [InlineData("rsa", "sha256", "rsapss")]
    [InlineData("ecc", "sha256", "ecdsa")]
    [InlineData("ecc384", "sha384", "ecdsa")]
    public async Task What_tpm2_quote_writes_is_verified_in_every_format(string algorithm, string hash, string scheme)
    {
        using var tpm = await StartWithKeyAsync(algorithm, hash, scheme);
        await Tool.Run(tpm.Tcti, "tpm2_pcrextend", "11:sha256=" + new string('1', 64));
        await QuoteAsync(tpm, "all", "sha256:all+sha1:0,7", hash, scheme);
        await QuoteAsync(tpm, "some", "sha256:0,11,13", hash, scheme, "-f", "plain", "-F", "values");

        var all = await VerifyAsync("ak.pub", "all", "-q", Nonce, "-f", _scratch["all.pcrs"], "-l", "sha256:all+sha1:0,7");
        Assert.Equal((0, ""), (all.ExitCode, all.Errors));
        Assert.Empty(all.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(Extended, all.Json.GetProperty("pcrs").GetProperty("sha256").GetProperty("11").GetString());
        Assert.Equal("quote", all.Json.GetProperty("attest").GetProperty("type").GetString());
        Assert.Equal(Nonce, all.Json.GetProperty("attest").GetProperty("extraData").GetString());

        foreach (var key in new[] { "ak.pub", "ak.pem" })
        {
            var some = await VerifyAsync(key, "some", "-q", Nonce, "-f", _scratch["some.pcrs"], "-l", "sha256:0,11,13");
            Assert.True(some.ExitCode == 0, some.Output);
            Assert.Equal(Extended, some.Json.GetProperty("pcrs").GetProperty("sha256").GetProperty("11").GetString());
        }
    }

    [Fact]
    public async Task Every_way_to_be_refused_has_its_code_and_exit_code_1()
    {
        using var tpm = await StartWithKeyAsync("ecc", "sha256", "ecdsa");
        await QuoteAsync(tpm, "quote", "sha256:0,1,2", "sha256", "ecdsa");
        string[] good = ["-q", Nonce, "-f", _scratch["quote.pcrs"], "-l", "sha256:0,1,2"];
        Assert.Equal(0, (await VerifyAsync("ak.pub", "quote", good)).ExitCode);

        await RefusedAsync("nonce-mismatch", "-q", Nonce[..30]);
        await RefusedAsync("pcrs-not-covered", "-l", "sha256:0,1,2,3");
        await RefusedAsync("pcr-selection-not-as-asked", "-l", "sha256:0,1");
        var values = await File.ReadAllBytesAsync(_scratch["quote.pcrs"], TestContext.Current.CancellationToken);
        values[150] ^= 1;
        await File.WriteAllBytesAsync(_scratch["edited.pcrs"], values, TestContext.Current.CancellationToken);
        await RefusedAsync("pcr-digest-mismatch", "-f", _scratch["edited.pcrs"]);

        await MakeKeyAsync(tpm, "other", "ecc", "sha256", "ecdsa");
        var other = await VerifyAsync("other.pub", "quote", good);
        Assert.Equal((1, "quote-signature-invalid"), (other.ExitCode, Assert.Single(Codes(other))));

        async Task RefusedAsync(string code, params string[] options)
        {
            var refused = await VerifyAsync("ak.pub", "quote", options);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains(code, Codes(refused));
        }
    }

    [Fact]
    public async Task A1_Q12_a_relabelled_quote_that_the_tool_accepts_is_refused()
    {
        using var tpm = await StartWithKeyAsync("rsa", "sha256", "rsassa");
        await QuoteAsync(tpm, "relabelled", "sha256:0,1,2,3+sha256:16+sha256:5,6,7", "sha256", "rsassa", "-F", "values");
        var refused = await VerifyAsync("ak.pub", "relabelled", "-q", Nonce, "-f", _scratch["relabelled.pcrs"], "-l", "sha256:0,1,2,3,4,5,6,7");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("bank-duplicated", Codes(refused));
    }

    [Fact]
    public async Task A4_K01_a_key_that_signs_anything_is_refused_though_its_signature_is_good()
    {
        using var tpm = await StartWithKeyAsync("ecc", "sha256", "ecdsa");
        await Tool.Run(tpm.Tcti, "tpm2_createprimary", "-c", _scratch["primary.ctx"]);
        await FlushAsync(tpm);
        await Tool.Run(tpm.Tcti, "tpm2_create", "-C", _scratch["primary.ctx"], "-G", "ecc:ecdsa-sha256", "-u", _scratch["any.pub"], "-r", _scratch["any.priv"], "-c", _scratch["any.ctx"],
            "-a", "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign");
        await FlushAsync(tpm);
        await Tool.Run(tpm.Tcti, "tpm2_quote", "-c", _scratch["any.ctx"], "-l", "sha256:0", "-q", Nonce, "-m", _scratch["any.msg"], "-s", _scratch["any.sig"], "-g", "sha256");
        var refused = await VerifyAsync("any.pub", "any", "-q", Nonce);
        Assert.Equal((1, "ak-attributes-refused"), (refused.ExitCode, Assert.Single(Codes(refused))));
    }

    private static IEnumerable<string> Codes(Shype run) =>
        run.Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString()!);

    private Task<Shype> VerifyAsync(string key, string quote, params string[] options) => Shype.RunAsync(
        ["tpm", "quote-verify", "-u", _scratch[key], "-m", _scratch[quote + ".msg"], "-s", _scratch[quote + ".sig"], "--json", .. options]);

    private async Task<Emulator> StartWithKeyAsync(string algorithm, string hash, string scheme)
    {
        var tpm = Emulator.Start(new EmulatorOptions { Folder = _scratch["tpm"] });
        await Tool.Run(tpm.Tcti, "tpm2_createek", "-G", "rsa", "-c", _scratch["ek.ctx"]);
        await FlushAsync(tpm);
        await MakeKeyAsync(tpm, "ak", algorithm, hash, scheme);
        await Tool.Run(tpm.Tcti, "tpm2_readpublic", "-c", _scratch["ak.ctx"], "-f", "pem", "-o", _scratch["ak.pem"]);
        await FlushAsync(tpm);
        return tpm;
    }

    private async Task MakeKeyAsync(Emulator tpm, string name, string algorithm, string hash, string scheme)
    {
        await Tool.Run(
            tpm.Tcti, "tpm2_createak", "-C", _scratch["ek.ctx"], "-c", _scratch[name + ".ctx"], "-G", algorithm, "-g", hash, "-s", scheme, "-u", _scratch[name + ".pub"]);
        await FlushAsync(tpm);
    }

    // The tools leave every key that they load in the TPM, which holds three.
    private static Task<string> FlushAsync(Emulator tpm) => Tool.Run(tpm.Tcti, "tpm2_flushcontext", "-t");

    private Task<string> QuoteAsync(Emulator tpm, string name, string pcrs, string hash, string scheme, params string[] options) => Tool.Run(
        tpm.Tcti,
        "tpm2_quote",
        ["--scheme", scheme, "-c", _scratch["ak.ctx"], "-l", pcrs, "-q", Nonce, "-g", hash, "-m", _scratch[name + ".msg"], "-s", _scratch[name + ".sig"], "-o", _scratch[name + ".pcrs"], .. options]);

    // SHA-256 of 32 zeros and 32 times 0x11.
    private static readonly string Extended = Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData([.. new byte[32], .. Enumerable.Repeat((byte)0x11, 32)]));
}
