using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Cli.Output;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class CommandLineTests
{
    public static TheoryData<string> Commands => [.. Leaves(CommandLine.Create(Nowhere()), "")];

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("log")]
    [InlineData("log show")]
    [InlineData("log show a b")]
    [InlineData("log show a --nonsense")]
    [InlineData("host revoke hv1")]
    [InlineData("host list --state nonsense")]
    public void A_wrong_command_line_is_a_usage_error(string line)
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Usage, terminal.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith("error: ", terminal.Errors, StringComparison.Ordinal);
        Assert.Equal("", terminal.Output);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_JSON_and_help_with_an_example(string line)
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run([.. line.Split(' '), "--help"]));
        Assert.Contains("--json", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("Example", terminal.Output, StringComparison.Ordinal);
        Assert.Contains($"shype {line}", terminal.Output, StringComparison.Ordinal);
        Assert.Equal("", terminal.Errors);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_answers_in_JSON_even_when_it_cannot(string line)
    {
        var terminal = new Terminal();
        var exitCode = terminal.Run([.. line.Split(' '), "--json"]);
        Assert.Contains(exitCode, new[] { ExitCode.Usage, ExitCode.Refused });
        using var said = JsonDocument.Parse(terminal.Output);
        Assert.True(said.RootElement.TryGetProperty("error", out var error) ? error.GetProperty("exitCode").GetInt32() == (int)exitCode : line is "doctor" or "verdict explain");
    }

    // docs/cli.md: what scripts may rely on.
    [Theory]
    [InlineData(ExitCode.Yes, "--help")]
    [InlineData(ExitCode.Yes, "--version")]
    [InlineData(ExitCode.Yes, "completion bash")]
    [InlineData(ExitCode.Yes, "log show EVENTLOG")]
    [InlineData(ExitCode.Yes, "policy show POLICIES/example.banks.xml")]
    [InlineData(ExitCode.Yes, "policy check POLICIES/example.minimal.xml")]
    [InlineData(ExitCode.Refused, "log show POLICIES/example.banks.xml")]
    [InlineData(ExitCode.Refused, "verdict explain POLICIES/example.banks.xml")]
    [InlineData(ExitCode.Refused, "doctor")]
    [InlineData(ExitCode.Usage, "")]
    [InlineData(ExitCode.Usage, "nonsense")]
    [InlineData(ExitCode.Usage, "host")]
    [InlineData(ExitCode.Usage, "completion tcsh")]
    [InlineData(ExitCode.Usage, "log show /nowhere/log")]
    [InlineData(ExitCode.Usage, "host list")]
    [InlineData(ExitCode.Usage, "verify POLICIES/example.banks.xml")]
    [InlineData(ExitCode.CouldNotAsk, "host list --server https://127.0.0.1:1 --ca CA --token-file TOKEN")]
    [InlineData(ExitCode.CouldNotAsk, "vm attest web --server https://127.0.0.1:1 --ca CA --token-file TOKEN")]
    public void Exit_codes_say_yes_no_wrong_question_or_nobody_there(ExitCode expected, string line)
    {
        var folder = Directory.CreateTempSubdirectory("shype-cli-").FullName;
        try
        {
            var (ca, token) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "token"));
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest("CN=verifier", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(ca, certificate.ExportCertificatePem());
            File.WriteAllText(token, "dG9rZW4=");
            File.SetUnixFileMode(token, UnixFileMode.UserRead);
            string[] words = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word
                .Replace("EVENTLOG", TestData.PathOf("eventlog", "debian-10.bin"), StringComparison.Ordinal)
                .Replace("POLICIES", Path.Combine(TestData.Root, "docs", "policies"), StringComparison.Ordinal)
                .Replace("CA", ca, StringComparison.Ordinal).Replace("TOKEN", token, StringComparison.Ordinal))];
            Assert.Equal(expected, new Terminal().Run(words));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void An_error_is_JSON_too_where_JSON_was_asked()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Usage, terminal.Run("log", "show", "/nowhere/log", "--json"));
        var error = JsonDocument.Parse(terminal.Output).RootElement.GetProperty("error");
        Assert.Equal("/nowhere/log: there is no such file", error.GetProperty("text").GetString());
        Assert.Equal(2, error.GetProperty("exitCode").GetInt32());
        Assert.Equal("error: /nowhere/log: there is no such file\n", terminal.Errors);
    }

    [Fact]
    public void An_argument_that_begins_with_an_at_sign_reads_no_file()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Usage, terminal.Run("log", "show", "@/etc/passwd"));
        Assert.Contains("@/etc/passwd: there is no such file", terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void R11_an_argument_comes_back_escaped()
    {
        var terminal = new Terminal();
        terminal.Run("log", "show", "\u001b[31mred\u202e");
        Assert.Contains("\\u001b[31mred\\u202e", terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain text, ümläut 漢字 😀", "plain text, ümläut 漢字 😀")]
    [InlineData("\u001b[31m", "\\u001b[31m")]
    [InlineData("a\r\nb\tc\0", "a\\u000d\\u000ab\\u0009c\\u0000")]
    [InlineData("\u007f\u009b", "\\u007f\\u009b")]
    [InlineData("\u2028\u2029", "\\u2028\\u2029")]
    [InlineData("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c", "\\u202a\\u202b\\u202c\\u202d\\u202e\\u2066\\u2067\\u2068\\u2069\\u200e\\u200f\\u061c")]
    [InlineData("\\u001b", "\\\\u001b")] // nobody can write what looks like an escape of ours
    [InlineData("\\\u001b", "\\\\\\u001b")]
    [InlineData("\\\\u001b", "\\\\\\\\u001b")]
    [InlineData("end\\", "end\\\\")]
    [InlineData("\\EFI\\debian\\grubx64.efi", "\\EFI\\debian\\grubx64.efi")] // and paths stay readable
    public void Visible_text_moves_no_cursor_and_reorders_nothing(string text, string visible) => Assert.Equal(visible, Report.Visible(text));

    [Fact]
    public void Commands_that_ask_a_verifier_say_what_they_need()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Usage, terminal.Run("host", "list"));
        Assert.Contains("--server", terminal.Errors, StringComparison.Ordinal);

        terminal.Environment["SHYPE_SERVER"] = "http://localhost:1";
        terminal.Environment["SHYPE_TOKEN_FILE"] = "/nowhere/token";
        Assert.Equal(ExitCode.Usage, terminal.Run("host", "list"));
        Assert.Contains("https://HOST:PORT", terminal.Errors, StringComparison.Ordinal);

        terminal.Environment["SHYPE_SERVER"] = "https://localhost:1";
        Assert.Equal(ExitCode.Usage, terminal.Run("host", "list"));
        Assert.Contains("--ca", terminal.Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Leaves(System.CommandLine.Command command, string path) => command.Subcommands.Count == 0
        ? [path.Trim()]
        : command.Subcommands.SelectMany(sub => Leaves(sub, $"{path} {sub.Name}"));

    private static Surroundings Nowhere() => new()
    {
        Input = Stream.Null, Output = TextWriter.Null, Errors = TextWriter.Null, Environment = _ => null, Clock = TimeProvider.System,
    };
}
