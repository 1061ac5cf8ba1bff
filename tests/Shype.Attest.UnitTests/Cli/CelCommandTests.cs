using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class CelCommandTests
{
    [Fact]
    public void The_log_of_systemd_is_shown_with_what_is_covered()
    {
        var terminal = new Terminal { Input = CanonicalEventLogTests.Systemd };
        Assert.Equal(ExitCode.Yes, terminal.Run("cel", "show", "-"));
        Assert.StartsWith("canonical event log (json-seq), 2 records;", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("covered: string          os-separator os-separator\n", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("covered: nothing         volume-key cryptsetup:root:5e47a9db\n", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("sha256, replayed:\n   7: ", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_has_format_records_PCRs_registers_and_findings()
    {
        var terminal = new Terminal { Input = CanonicalEventLogTests.Everything };
        Assert.Equal(ExitCode.Yes, terminal.Run("cel", "show", "-", "--json"));
        var shown = JsonDocument.Parse(terminal.Output).RootElement;
        Assert.Equal("tlv", shown.GetProperty("format").GetString());
        Assert.Equal(["cel", "pcclient_std", "ima_template", "ima_tlv", "systemd", "cos", "200"], shown.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("type").GetString()));
        Assert.Equal(["9", "10", "11", "13", "23"], shown.GetProperty("pcrs").GetProperty("sha384").EnumerateObject().Select(pcr => pcr.Name));
        Assert.Equal(["nv 0x01c00002", "ccmr 4"], shown.GetProperty("registers").GetProperty("sha256").EnumerateObject().Select(register => register.Name));
        Assert.Equal("unknown-content-type", shown.GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public void What_is_malformed_is_refused_with_record_and_byte()
    {
        var terminal = new Terminal { Input = CanonicalEventLogTests.Cos[..^1] };
        Assert.Equal(ExitCode.Refused, terminal.Run("cel", "show", "-", "--json"));
        Assert.Equal("malformed", JsonDocument.Parse(terminal.Output).RootElement.GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.StartsWith("error: standard input: record 2 content at byte ", terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tlv")]
    [InlineData("json")]
    [InlineData("json-seq")]
    [InlineData("cbor")]
    public void A_converted_log_comes_to_the_same_PCRs(string form)
    {
        using var folder = new TemporaryFolder();
        var (original, file) = (new Terminal { Input = CanonicalEventLogTests.Everything }, Path.Combine(folder.Path, "log"));
        Assert.Equal(ExitCode.Yes, new Terminal { Input = CanonicalEventLogTests.Everything }.Run("cel", "convert", "-", "--to", form, "-o", file));
        var converted = new Terminal();
        Assert.Equal(ExitCode.Yes, converted.Run("cel", "show", file, "--json"));
        Assert.Equal(ExitCode.Yes, original.Run("cel", "show", "-", "--json"));
        var (one, other) = (JsonDocument.Parse(original.Output).RootElement, JsonDocument.Parse(converted.Output).RootElement);
        Assert.Equal(form, other.GetProperty("format").GetString());
        Assert.True(JsonElement.DeepEquals(one.GetProperty("pcrs"), other.GetProperty("pcrs")));
        Assert.True(JsonElement.DeepEquals(one.GetProperty("registers"), other.GetProperty("registers")));
    }

    [Fact]
    public void A_form_that_cannot_say_it_is_a_usage_error()
    {
        var terminal = new Terminal { Input = "{\"pcr\":1,\"content_type\":\"else\",\"content\":1}"u8.ToArray() };
        Assert.Equal(ExitCode.Usage, terminal.Run("cel", "convert", "-", "--to", "cbor", "-o", "/nowhere/log"));
        Assert.Contains("record 0: content of type 'else' cannot be written as CBOR", terminal.Errors, StringComparison.Ordinal);
    }
}
