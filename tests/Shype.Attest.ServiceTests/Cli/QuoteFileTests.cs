using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary><c>shype tpm quote-verify</c> on the quotes in <c>tests/testdata</c>: what others made is verified, what attackers made is refused.</summary>
public sealed class QuoteFileTests
{
    public static TheoryData<string, string[], string?> Files
    {
        get
        {
            var files = new TheoryData<string, string[], string?>();
            foreach (var kind in new[] { "rsassa", "rsapss", "ecdsa", "ecdsa384" })
            {
                foreach (var key in new[] { "tpm2b_public", "pem" })
                {
                    foreach (var quote in new[] { "quote", "multi" })
                    {
                        files.Add($"{kind} {key} {quote}", ["swtpm", $"ak_{kind}.{key}", $"ak_{kind}.{quote}.msg", $"ak_{kind}.{quote}.sig", $"ak_{kind}.{quote}.pcrs", Nonce], null);
                    }

                    files.Add($"{kind} {key} sel", ["swtpm", $"ak_{kind}.{key}", $"ak_{kind}.sel.msg", $"ak_{kind}.sel.plain.sig", $"ak_{kind}.sel.pcrvalues", Nonce], null);
                }
            }

            foreach (var bank in new[] { "sha256", "sha384", "sha1" })
            {
                files.Add($"gce {bank}", ["attestation", "gce-cos-85-nonce9009.ak.tpmt_public", $"gce-cos-85-nonce9009.{bank}.msg", $"gce-cos-85-nonce9009.{bank}.sig", "", "9009"],
                    bank == "sha1" ? "bank-not-allowed" : null);
            }

            files.Add("keylime", ["attestation", "keylime_ak.pub", "keylime_quote.out", "keylime_quotesig.out", "keylime_quotepcr.out", ""], null);
            files.Add("keylime PEM", ["attestation", "keylime_akpub.pem", "keylime_quote.out", "keylime_quotesig.out", "keylime_quotepcr.out", ""], null);
            files.Add("A1 Q12", ["swtpm", "attack_relabel.ak.pub", "attack_relabel.q.msg", "attack_relabel.q.sig", "attack_relabel.q.values", Nonce], "bank-duplicated");
            files.Add("A2 Q11", ["attacks", "ak.tpm2b_public", "empty.msg", "empty.sig", "", ""], "pcrs-not-covered");
            files.Add("A3 Q05 NV_Certify", ["attacks", "ak.tpm2b_public", "nvcertify.msg", "nvcertify.sig", "", ""], "quote-wrong-type");
            files.Add("A3 Q05 Certify", ["attacks", "ak.tpm2b_public", "certify.msg", "certify.sig", "", ""], "quote-wrong-type");
            files.Add("A11 Q19", ["swtpm", "ak_rsassa.tpm2b_public", "ak_ecdsa.quote.msg", "ak_ecdsa.quote.sig", "", ""], "quote-key-mismatch");
            files.Add("Q06", ["swtpm", "ak_rsassa.tpm2b_public", "ak_rsassa.quote.msg", "ak_rsassa.quote.sig", "", "00"], "nonce-mismatch");
            files.Add("Q17", ["swtpm", "ak_rsassa.tpm2b_public", "ak_rsassa.quote.msg", "ak_rsassa.quote.sig", "ak_rsassa.multi.pcrs", ""], "pcr-digest-mismatch");
            files.Add("K01", ["swtpm", "ek_rsa.tpm2b_public", "ak_rsassa.quote.msg", "ak_rsassa.quote.sig", "", ""], "ak-attributes-refused");
            return files;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Each_file_comes_out_as_it_must(string what, string[] files, string? code)
    {
        string Path(int i) => TestData.PathOf(files[0], files[i]);
        string[] pcrs = files[4].Length > 0 ? ["-f", Path(4)] : [], nonce = files[5].Length > 0 ? ["-q", files[5]] : [];
        var run = await Shype.RunAsync(["tpm", "quote-verify", "-u", Path(1), "-m", Path(2), "-s", Path(3), "--json", .. pcrs, .. nonce]);

        Assert.True(run.ExitCode == (code is null ? 0 : 1), $"{what}: {run.Output}{run.Errors}");
        Assert.Equal(code is null, run.Json.GetProperty("verified").GetBoolean());
        var codes = run.Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString());
        if (code is null)
        {
            Assert.Empty(codes);
        }
        else
        {
            Assert.Contains(code, codes);
        }
    }

    [Theory]
    [InlineData("-q", "")]
    [InlineData("-q", "0")]
    [InlineData("-q", "no hex")]
    [InlineData("-l", "sha256")]
    [InlineData("-l", "sha256:24")]
    [InlineData("-l", "md5:0")]
    [InlineData("-g", "md5")]
    [InlineData("-f", "/nowhere/pcrs")]
    [InlineData("-u", "/nowhere/second")]
    [InlineData("--nonsense", "x")]
    public async Task Wrong_usage_is_exit_code_2_with_a_sentence(string option, string value)
    {
        string Path(string name) => TestData.PathOf("swtpm", $"ak_ecdsa.{name}");
        var run = await Shype.RunAsync("tpm", "quote-verify", "-u", Path("pem"), "-m", Path("quote.msg"), "-s", Path("quote.sig"), option, value);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: ", run.Errors, StringComparison.Ordinal);
    }

    private static string Nonce => TestData.Text("swtpm", "nonce.hex");
}
