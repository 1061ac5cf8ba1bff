using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

/// <summary><c>shype ek check</c> on certificates of real TPMs.</summary>
public sealed class EkCheckCommandTests
{
    private static string Ek(string file) => TestData.PathOf("ekcert", file);

    private static string Ca(string file) => TestData.PathOf("ekca", file);

    [Theory]
    [InlineData(ExitCode.Yes, "")]
    [InlineData(ExitCode.Yes, "--at 2020-01-01")]
    [InlineData(ExitCode.Yes, "--only-ca --anchor STM_RSA_05I.pem")]
    [InlineData(ExitCode.Yes, "--only-ca --ca GS_TPM_RT.pem --ca STM_RSA_RT.pem --ca STM_RSA_05I.pem")]
    [InlineData(ExitCode.Refused, "--only-ca --ca STM_RSA_05I.pem")]
    [InlineData(ExitCode.Refused, "--only-ca")]
    [InlineData(ExitCode.Refused, "--at 2029-01-01")]
    [InlineData(ExitCode.Refused, "--at 2018-01-01T00:00:00Z")]
    [InlineData(ExitCode.Refused, "--ak")]
    [InlineData(ExitCode.Usage, "--at soon")]
    [InlineData(ExitCode.Usage, "--trust nobody")]
    [InlineData(ExitCode.Usage, "--ca /nonexistent")]
    public void A_real_certificate_is_judged_by_what_is_shipped_and_what_is_named(ExitCode expected, string options)
    {
        var terminal = new Terminal();
        string[] given = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(option => option.EndsWith(".pem", StringComparison.Ordinal) ? Ca(option) : option)];
        Assert.Equal(expected, terminal.Run(["ek", "check", Ek("ek_st_rsa_trailing.der"), .. given]));
        Assert.Equal(expected == ExitCode.Usage, terminal.Errors.Length > 0);
    }

    [Fact]
    public void The_output_says_what_the_certificate_says()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("ek", "check", Ek("ek_st_rsa_trailing.der")));
        Assert.StartsWith("certificate: trusted\n", terminal.Output, StringComparison.Ordinal);
        foreach (var said in (string[])["STMicroelectronics (STM)", "ST33HTPHAHB4", "TPM 2.0 level 0 revision 116", "path, to the trusted globalsign-root:"])
        {
            Assert.Contains(said, terminal.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void JSON_lists_every_finding_with_what_to_do()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, terminal.Run("ek", "check", Ek("hirs_nuc1_ek_nv_raw.cer"), "--json"));
        var report = JsonDocument.Parse(terminal.Output).RootElement;
        Assert.False(report.GetProperty("trusted").GetBoolean());
        Assert.Equal(["ek-certificate-expired", "ek-certificate-algorithm-weak"], report.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString()));
        Assert.All(report.GetProperty("findings").EnumerateArray(), finding => Assert.NotEmpty(finding.GetProperty("advice").GetString()!));
        Assert.Equal("globalsign-root", report.GetProperty("anchor").GetString());
        Assert.Equal("STM", report.GetProperty("tpm").GetProperty("manufacturer").GetString());
    }

    [Fact]
    public void A_certificate_of_another_key_is_refused()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, terminal.Run("ek", "check", Ek("ek_st_rsa_trailing.der"), "--ek", TestData.PathOf("swtpm", "ek_rsa.tpm2b_public"), "--json"));
        Assert.Equal(["ek-certificate-key-mismatch"],
            JsonDocument.Parse(terminal.Output).RootElement.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString()));
        Assert.Equal(ExitCode.Usage, terminal.Run("ek", "check", Ek("ek_st_rsa_trailing.der"), "--ek", TestData.PathOf("swtpm", "nonce.hex")));
    }

    [Fact]
    public void A_clouds_attestation_key_names_its_machine()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, terminal.Run("ek", "check", Ek("gce_uca_tpm_ecc_sign_cert.pem"), "--ak"));
        Assert.Contains("ek-certificate-anchor-off", terminal.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Yes, terminal.Run("ek", "check", Ek("gce_uca_tpm_ecc_sign_cert.pem"), "--ak", "--trust", "google-2018-root"));
        Assert.Contains("cs-debug (instance 5780156274199835632)", terminal.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("0\u0003\u0002\u0001\u0000")]
    public void What_is_no_certificate_is_unreadable(string content)
    {
        var terminal = new Terminal { Input = System.Text.Encoding.ASCII.GetBytes(content) };
        Assert.Equal(ExitCode.Usage, terminal.Run("ek", "check", "-"));
        Assert.StartsWith("error: standard input", terminal.Errors, StringComparison.Ordinal);
    }
}
