using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Manufacturing;
using Xunit;

namespace Shype.Attest.ServiceTests.Sim;

/// <summary>A manufactured TPM, looked at with tpm2-tools and OpenSSL.</summary>
[SupportedOSPlatform("linux")]
public sealed class ManufacturerTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_certificates_in_NV_are_for_the_keys_that_tpm2_createek_makes()
    {
        var made = Manufacture();
        using var tpm = Start();
        await Tool.Run(tpm.Tcti, "tpm2_getekcertificate", "-o", _scratch["rsa.der"], "-o", _scratch["ecc.der"]);
        Assert.Equal(made.RsaCertificate.ToArray(), Bytes("rsa.der"));
        Assert.Equal(made.EccCertificate.ToArray(), Bytes("ecc.der"));
        foreach (var kind in (string[])["rsa", "ecc"])
        {
            await Tool.Run(tpm.Tcti, "tpm2_createek", "-G", kind, "-c", _scratch[kind + ".ctx"], "-u", _scratch[kind + ".pem"], "-f", "pem");
            await Tool.Run(tpm.Tcti, "tpm2_flushcontext", "-t");
            var key = await Tool.Run(null, "openssl", "x509", "-inform", "der", "-in", _scratch[kind + ".der"], "-noout", "-pubkey");
            Assert.Equal(await File.ReadAllTextAsync(_scratch[kind + ".pem"], TestContext.Current.CancellationToken), key);
        }
    }

    [Fact]
    public async Task They_stand_in_indices_like_those_of_chips_that_the_owner_reads_without_a_password()
    {
        var made = Manufacture();
        using var tpm = Start();
        var listed = await Tool.Run(tpm.Tcti, "tpm2_nvreadpublic");
        foreach (var (index, certificate) in ((string, ReadOnlyMemory<byte>)[])[("0x1c00002", made.RsaCertificate), ("0x1c0000a", made.EccCertificate)])
        {
            var area = listed[listed.IndexOf(index, StringComparison.Ordinal)..];
            Assert.Matches($"""value: 0x62072001\s+size: {certificate.Length}\b""", area);
            await Tool.Run(tpm.Tcti, "tpm2_nvread", "-C", "o", "-o", _scratch["nv"], index);
            Assert.Equal(certificate.ToArray(), Bytes("nv"));
            await Tool.Run(tpm.Tcti, "tpm2_nvread", "-C", index, "-o", _scratch["nv"], index);
            Assert.Equal(certificate.ToArray(), Bytes("nv"));
            // The host's owner cannot replace what the maker wrote.
            Assert.NotEqual(0, (await Tool.Try(tpm.Tcti, "tpm2_nvundefine", "-C", "o", index)).Status);
        }
    }

    [Fact]
    public async Task OpenSSL_verifies_them_and_reads_the_profile_in_them()
    {
        var made = Manufacture();
        await File.WriteAllBytesAsync(_scratch["rsa.der"], made.RsaCertificate, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_scratch["ecc.der"], made.EccCertificate, TestContext.Current.CancellationToken);
        var verified = await Tool.Run(
            null, "openssl", "verify", "-x509_strict", "-CAfile", Authority.RootPath, "-untrusted", Authority.IntermediatePath, _scratch["rsa.der"], _scratch["ecc.der"]);
        Assert.Equal($"{_scratch["rsa.der"]}: OK\n{_scratch["ecc.der"]}: OK\n", verified);
        var text = await Tool.Run(null, "openssl", "x509", "-inform", "der", "-in", _scratch["rsa.der"], "-noout", "-text");
        Assert.Matches("""Serial Number: 658177 \(0xa0b01\)""", text);
        Assert.Matches("""X509v3 Subject Alternative Name: critical\s+DirName:/2.23.133.2.1=id:49424D00/2.23.133.2.2=SW TPM/2.23.133.2.3=id:20191023\n""", text);
        Assert.Matches("""X509v3 Extended Key Usage: \s+2.23.133.8.1\n""", text);
        Assert.Matches("""X509v3 Key Usage: critical\s+Key Encipherment\n""", text);
        Assert.Matches("""X509v3 Basic Constraints: critical\s+CA:FALSE\n""", text);
        Assert.Matches("""Subject: \n""", text);
    }

    [Fact]
    public void The_verifiers_check_and_the_platforms_certificate_class_take_them()
    {
        var made = Manufacture();
        foreach (var certificate in (ReadOnlyMemory<byte>[])[made.RsaCertificate, made.EccCertificate])
        {
            var verdict = EkCertificateCheck.Check(
                [certificate.ToArray(), Authority.Intermediate.ToArray()], new EkCertificatePolicy { Anchors = [Authority.Root.ToArray()] }, TimeProvider.System.GetUtcNow());
            Assert.Empty(verdict.Findings);
            using var parsed = X509CertificateLoader.LoadCertificate(certificate.Span);
            Assert.Empty(parsed.Subject);
        }
    }

    [Theory]
    [InlineData("sha256,sha384", "sha256 sha384")]
    [InlineData("sha1,sha256", "sha1 sha256")]
    [InlineData("sha384", "sha384")]
    public async Task It_has_the_PCR_banks_that_were_ordered_and_no_others(string ordered, string active)
    {
        AlgorithmId[] banks = [.. ordered.Split(',').Select(name => HashAlgorithms.TryParseText(name, out var bank) ? bank : default)];
        Manufacturer.Manufacture(new EmulatorOptions { Folder = _scratch["tpm"] }, Authority, banks: banks);
        using var tpm = Start();
        var listed = await Tool.Run(tpm.Tcti, "tpm2_getcap", "pcrs");
        var found = listed.Split('\n').Where(line => line.Contains("[ 0, 1,", StringComparison.Ordinal)).Select(line => line.Trim(' ', '-').Split(':')[0]);
        Assert.Equal(active, string.Join(' ', found));
    }

    [Fact]
    public async Task It_leaves_the_line_with_a_clock_that_is_safe()
    {
        Manufacture();
        using var tpm = Start();
        Assert.Matches("safe: yes", await Tool.Run(tpm.Tcti, "tpm2_readclock"));
    }

    [Fact]
    public void A_TPM_is_manufactured_once()
    {
        Manufacture();
        var refused = Assert.Throws<SimulatorException>(() => Manufacture("0c"));
        Assert.Equal($"the TPM in {_scratch["tpm"]} is manufactured already: use it, or take another folder", refused.Message);
    }

    [Fact]
    public void A_serial_number_that_was_given_before_leaves_the_new_TPM_without_certificates()
    {
        Manufacture();
        Assert.Throws<SimulatorException>(() => Manufacturer.Manufacture(new EmulatorOptions { Folder = _scratch["second"] }, Authority, "0a0b"));
        Manufacturer.Manufacture(new EmulatorOptions { Folder = _scratch["second"] }, Authority, "0a0c");
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("xy")]
    [InlineData("0a0")]
    [InlineData("000102030405060708090a0b0c0d0e0f10")]
    public void A_serial_number_is_1_to_16_bytes_in_hex(string serial) =>
        Assert.Contains("1 to 16 bytes in hex", Assert.Throws<SimulatorException>(() => Manufacture(serial)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_bank_that_the_TPM_does_not_have_is_refused_with_those_that_it_has()
    {
        var refused = Assert.Throws<SimulatorException>(() => Manufacturer.Manufacture(new EmulatorOptions { Folder = _scratch["tpm"] }, Authority, banks: [AlgorithmId.Sha3_256]));
        Assert.Equal("this TPM has no sha3_256 bank: take some of sha1, sha256, sha384, sha512", refused.Message);
    }

    private CertificateAuthority Authority => CertificateAuthority.Open(_scratch["ca"]);

    private ManufacturedTpm Manufacture(string serial = "0a0b") => Manufacturer.Manufacture(new EmulatorOptions { Folder = _scratch["tpm"] }, Authority, serial);

    private Emulator Start() => Emulator.Start(new EmulatorOptions { Folder = _scratch["tpm"], Patience = TimeSpan.FromSeconds(30) });

    private byte[] Bytes(string name) => File.ReadAllBytes(_scratch[name]);
}
