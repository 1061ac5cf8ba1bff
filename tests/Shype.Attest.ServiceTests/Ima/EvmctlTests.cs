using System.Security.Cryptography;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Ima;

/// <summary>What evmctl (ima-evm-utils) makes of the same lists and signs of the same files.</summary>
public sealed class EvmctlTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("charra_binary_runtime_measurements", 0, true)]
    [InlineData("tss_sml-ima-sha1.bin", 1, true)]
    [InlineData("tss_sml-ima-ng-sha1.bin", 1, true)]
    [InlineData("tss_sml-ima-sig-sha256.bin", 6, true)]
    [InlineData("tss_sml-ima-sig-sha256.bin", 6, false)]
    public async Task Evmctl_comes_to_the_same_PCR_10(string file, int left, bool isRight)
    {
        // Lists that were cut at any byte are given to evmctl up to their last whole entry.
        var whole = TestData.Bytes("ima", file);
        Assert.True(ImaList.TryRead(whole, new(), out var list, out _));
        await File.WriteAllBytesAsync(_scratch["list"], whole[..^left], Now);
        foreach (var bank in (AlgorithmId[])[AlgorithmId.Sha1, AlgorithmId.Sha256])
        {
            var value = list.Pcrs.First(pcr => pcr.Bank == bank).Value.ToArray();
            value[0] ^= (byte)(isRight ? 0 : 1);
            await File.WriteAllTextAsync(_scratch["pcrs"], PcrFile(bank, value), Now);
            var (status, output, errors) = await Tool.Try(null, "evmctl", "ima_measurement", "--pcrs", $"{bank.ToText()},{_scratch["pcrs"]}", "--verify-bank=" + bank.ToText(), _scratch["list"]);
            Assert.True(status == 0 == isRight, $"{bank.ToText()}: status {status}\n{output}{errors}");
        }
    }

    [Theory]
    [InlineData("rsa", "rsa:2048")]
    [InlineData("ec", "ec")]
    public async Task A_file_that_evmctl_signed_is_signed_for_us_by_that_key_only(string name, string kind)
    {
        await File.WriteAllTextAsync(_scratch["program"], "what the program does", Now);
        string[] curve = name == "ec" ? ["-pkeyopt", "ec_paramgen_curve:P-256"] : [];
        foreach (var key in (string[])["good", "other"])
        {
            await Tool.Run(null, "openssl", ["req", "-x509", "-newkey", kind, .. curve, "-nodes", "-subj", "/CN=ima", "-keyout", _scratch[key + ".key"], "-out", _scratch[key + ".pem"]]);
            await Tool.Run(null, "openssl", "x509", "-in", _scratch[key + ".pem"], "-outform", "DER", "-out", _scratch[key + ".der"]);
            await Tool.Run(null, "openssl", "x509", "-in", _scratch[key + ".pem"], "-pubkey", "-noout", "-out", _scratch[key + ".pub"]);
        }

        await Tool.Run(null, "evmctl", "ima_sign", "--sigfile", "--hashalgo", "sha256", "--key", _scratch["good.key"], _scratch["program"]);
        var writer = new ImaListWriter([AlgorithmId.Sha256]);
        writer.AddFile("boot_aggregate", AlgorithmId.Sha256, new byte[32]);
        var (content, signature) = (await File.ReadAllBytesAsync(_scratch["program"], Now), await File.ReadAllBytesAsync(_scratch["program.sig"], Now));
        writer.AddFile("/opt/program", AlgorithmId.Sha256, SHA256.HashData(content), signature);
        await File.WriteAllBytesAsync(_scratch["list"], writer.ToArray(), Now);

        foreach (var good in (string[])["good.pem", "good.der", "good.pub"])
        {
            Assert.Equal((0, ""), await Show(_scratch[good]));
        }

        Assert.Equal((0, "signature-key-unknown"), await Show(_scratch["other.pem"]));
        Assert.Equal((0, ""), await Show(_scratch["other.pem"], _scratch["good.der"]));
        var changed = writer.ToArray();
        changed[^1] ^= 1;
        await File.WriteAllBytesAsync(_scratch["list"], changed, Now);
        Assert.Equal((1, "template-hash-mismatch signature-invalid"), await Show(_scratch["good.pem"]));
    }

    private async Task<(int Code, string Findings)> Show(params string[] keys)
    {
        var run = await Cli.Shype.RunAsync(["ima", "show", _scratch["list"], "--json", "--keys", .. keys]);
        return (run.ExitCode, string.Join(' ', run.Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString())));
    }

    // As the kernel shows the PCRs of a TPM 1.2, which evmctl reads.
    private static string PcrFile(AlgorithmId bank, byte[] value) => string.Concat(Enumerable.Range(0, PcrIndex.Count).Select(pcr =>
        $"PCR-{pcr:d2}: {string.Join(' ', (pcr == 10 ? value : new byte[bank.DigestSize()]).Select(octet => octet.ToString("X2")))}\n"));
}
