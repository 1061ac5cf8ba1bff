using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.UnitTests.Isolation.Acm;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class PolicyCommandTests
{
    private static readonly string Banks = Path.Combine(TestData.Root, "docs", "policies", "example.banks.xml");

    [Theory]
    [MemberData(nameof(AcmVectorTests.Vectors), MemberType = typeof(AcmVectorTests))]
    public void Show_says_what_the_vectors_say(string name)
    {
        var shown = Json(new Terminal { Input = XenPolicies.File(name + ".xml") }, ExitCode.Yes, "policy", "show", "-", "--json");
        var vector = JsonDocument.Parse(TestData.Text("acm-vectors", name + ".json")).RootElement;
        foreach (var member in (string[])["policy", "version", "ste_types_sorted", "chw_types_sorted", "ssid_rows_vm"])
        {
            Assert.True(JsonElement.DeepEquals(vector.GetProperty(member), shown.GetProperty(member)), member);
        }

        foreach (var member in (string[])["ssid_rows_res_ste", "ssidref", "ste_share", "chwall_pairwise", "dom0_authorisation", "resource_access"])
        {
            Assert.True(JsonElement.DeepEquals(vector.GetProperty(member), shown.GetProperty(member)), member);
        }
    }

    [Fact]
    public void A_policy_and_what_it_compiles_to_have_the_same_digest_of_tables()
    {
        var output = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var compiled = Json(new Terminal(), ExitCode.Yes, "policy", "compile", Banks, "-o", output, "--json");
            var binary = Json(new Terminal(), ExitCode.Yes, "policy", "show", output, "--json");
            var text = Json(new Terminal(), ExitCode.Yes, "policy", "show", Banks, "--json");
            Assert.Equal(text.GetProperty("tables_digest").GetString(), binary.GetProperty("tables_digest").GetString());
            Assert.Equal(text.GetProperty("tables_digest").GetString(), compiled.GetProperty("tablesDigest").GetString());
            Assert.Equal((4, false), (binary.GetProperty("binary_version").GetInt32(), binary.GetProperty("live_dump").GetBoolean()));
            Assert.Equal(new FileInfo(output).Length, compiled.GetProperty("bytes").GetInt32());
            var terminal = new Terminal();
            Assert.Equal(ExitCode.Yes, terminal.Run("policy", "show", output));
            Assert.Contains("policy example.banks 1.0, binary form version 4", terminal.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(output);
        }
    }

    [Fact]
    public void A_binary_policy_that_is_damaged_is_refused_with_the_byte()
    {
        var bytes = TestData.Bytes("acm-vectors", "DEFAULT-security_policy.bin");
        bytes[11]++;
        var terminal = new Terminal { Input = bytes };
        Assert.Equal(ExitCode.Refused, terminal.Run("policy", "show", "-"));
        Assert.Equal("error: standard input: byte 8: it says that it has 149 bytes and has 148\n", terminal.Errors);
    }

    [Fact]
    public void A_policy_with_notes_only_passes_the_check()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("policy", "check", Banks));
        Assert.Contains($"{Banks}:73:8: note: label 'Shop.Web' holds {{internet, intranet}}", terminal.Output, StringComparison.Ordinal);
        Assert.EndsWith("policy example.banks 1.0: 0 errors, 0 warnings, 2 notes\n", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_fails_the_check()
    {
        var terminal = new Terminal { Input = VirtualPolicies.BanksWith("<Type>bank-b</Type>\n        </ChineseWallTypes>", "<Type>clearing</Type></ChineseWallTypes>") };
        var finding = Json(terminal, ExitCode.Refused, "policy", "check", "-", "--json").GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("severity").GetString() == "warning");
        Assert.Equal(("IdleConflictSet", 47, 8), (finding.GetProperty("code").GetString(), finding.GetProperty("line").GetInt32(), finding.GetProperty("column").GetInt32()));
    }

    [Fact]
    public void An_error_fails_the_check_and_is_the_one_that_show_gives()
    {
        var input = VirtualPolicies.BanksWith("bootstrap=\"SystemManagement\"", "bootstrap=\"nobody\"");
        var check = Json(new Terminal { Input = input }, ExitCode.Refused, "policy", "check", "-", "--json");
        Assert.False(check.GetProperty("accepted").GetBoolean());
        var error = Assert.Single(check.GetProperty("findings").EnumerateArray());
        Assert.Equal(("error", "UnknownBootstrap"), (error.GetProperty("severity").GetString(), error.GetProperty("code").GetString()));
        var show = new Terminal { Input = input };
        Assert.Equal(ExitCode.Refused, show.Run("policy", "show", "-"));
        Assert.Contains(error.GetProperty("text").GetString()!, show.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_legacy_reading_is_reported_by_every_command()
    {
        var input = VirtualPolicies.BanksWith("<Version>1.0</Version>", "");
        var show = new Terminal { Input = input };
        Assert.Equal(ExitCode.Refused, show.Run("policy", "show", "-"));
        Assert.Equal(ExitCode.Yes, (show = new Terminal { Input = input }).Run("policy", "show", "-", "--legacy"));
        Assert.Contains("warning: standard input: read as legacy: line 18, column 4: no Version: read as 0.0", show.Errors, StringComparison.Ordinal);
        Assert.Single(Json(new Terminal { Input = input }, ExitCode.Yes, "policy", "show", "-", "--legacy", "--json").GetProperty("legacy").EnumerateArray());
        Assert.Equal(ExitCode.Refused, new Terminal { Input = input }.Run("policy", "check", "-", "--legacy"));
    }

    [Theory]
    [InlineData("policy show - --labels x")]
    [InlineData("policy compile -")]
    [InlineData("policy check -")]
    public void What_makes_no_sense_is_a_usage_error(string line)
    {
        var terminal = new Terminal { Input = TestData.Bytes("acm-vectors", "DEFAULT-security_policy.bin") };
        Assert.Equal(ExitCode.Usage, terminal.Run(line.Split(' ')));
        Assert.Equal("", terminal.Output);
    }

    private static JsonElement Json(Terminal terminal, ExitCode expected, params string[] args)
    {
        Assert.Equal(expected, terminal.Run(args));
        return JsonDocument.Parse(terminal.Output).RootElement;
    }
}
