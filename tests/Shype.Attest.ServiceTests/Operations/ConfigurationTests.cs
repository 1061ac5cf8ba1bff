using Microsoft.Extensions.Configuration;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Hosting.Configuration;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>Settings by file, environment and command line, and what is said about wrong ones.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_that_is_wrong_is_said_at_once_with_key_source_value_and_form()
    {
        var file = Write("""{"Verifier":{"ResultLifetme":"00:05:00","AnswerTimeout":"soon","MaxConnections":"many","LogFormat":"xml","KeepEvidence":"5"}}""");
        var said = Refused("--state", "S", "--config", file, "--listen", "here", "--trace-percent", "101");
        Assert.Equal(
            $"""
            7 settings are wrong:
              Verifier:ResultLifetme ({file}): is not a setting; did you mean ResultLifetime?
              Verifier:AnswerTimeout ({file}): 'soon' is not a duration, [DAYS.]HOURS:MINUTES:SECONDS like 00:05:00 from 00:00:01 to 00:02:00
              Verifier:KeepEvidence ({file}): '5' is not a duration, [DAYS.]HOURS:MINUTES:SECONDS like 00:05:00 from 00:01:00 to 36500.00:00:00
              Verifier:LogFormat ({file}): 'xml' is not one of text, json
              Verifier:MaxConnections ({file}): 'many' is not a whole number from 1 to 1000000
              Verifier:TracePercent (command line): 101 is not between 1 and 100
              Verifier:Listen (command line): 'here' is not ADDRESS:PORT, e.g. 127.0.0.1:8443, 0.0.0.0:8443 or [::1]:8443
            """, said);
    }

    [Fact]
    public void What_could_be_a_password_is_not_repeated()
    {
        var said = Refused("--state", "S", "--otlp-endpoint", "http://user:hunter2@collector:4318");
        Assert.Contains("Verifier:OtlpEndpoint (command line)", said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
        var file = Write("""{"Verifier":{"Database":{"Password":"hunter2"}}}""");
        Assert.DoesNotContain("hunter2", Refused("--state", "S", "--config", file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Verifer":{}}""", "did you mean Verifier?")]
    [InlineData("""{"Verifier":{"State":"a","State":"b"}}""", "State")]
    [InlineData("""{"Verifier":{""", "is not JSON")]
    [InlineData("[]", "is no JSON object")]
    [InlineData("""{"Verifier":{"Listen":["a"]}}""", "is a list or an object; one text is needed")]
    public void A_file_that_is_wrong_is_refused_by_its_name(string content, string said)
    {
        var file = Write(content);
        var refused = Refused("--state", "S", "--config", file);
        Assert.Contains(file, refused, StringComparison.Ordinal);
        Assert.Contains(said, refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_absent_is_refused_by_its_name() => Assert.Contains("/nowhere.json", Refused("--config", "/nowhere.json"), StringComparison.Ordinal);

    [Fact]
    public async Task The_command_line_goes_before_the_environment_and_that_before_the_file()
    {
        var file = Write("""{"Verifier":{"State":"file","Issuer":"file","AnswerTimeout":"00:00:07","TlsNames":["a","b"]}}""");
        // In a process of its own: other tests read this one's environment.
        using var process = VerifierProcess.Start(new Dictionary<string, string> { ["Verifier__Issuer"] = "environment" }, "--check-config", "--state", "flag", "--config", file);
        var output = await process.StandardOutput.ReadToEndAsync(Now);
        Assert.Contains("Verifier:State = flag   (command line)\n", output, StringComparison.Ordinal);
        Assert.Contains("Verifier:Issuer = environment   (environment Verifier__Issuer)\n", output, StringComparison.Ordinal);
        Assert.Contains($"Verifier:AnswerTimeout = 00:00:07   ({file})\n", output, StringComparison.Ordinal);
        Assert.Contains($"Verifier:TlsNames = a,b   ({file})\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_number_and_duration_has_a_range_that_holds_its_default()
    {
        var open = Setting.All.Where(setting => (setting.Type == typeof(int) || setting.Type == typeof(TimeSpan)) && setting.Range is null).Select(setting => setting.Name);
        Assert.Empty(open);
        Assert.All(new VerifierOptions().Problems(), problem => Assert.StartsWith("State: ", problem, StringComparison.Ordinal));
        // What is none of these kinds would be read by nobody.
        Assert.All(Setting.All, setting => Assert.Contains(setting.Type, (Type[])[typeof(bool), typeof(int), typeof(TimeSpan), typeof(string), typeof(string[]), typeof(OidcOptions)]));
    }

    [Fact]
    public async Task Check_config_says_what_is_in_force_and_from_where_and_changes_nothing()
    {
        var file = Write("""{"Verifier":{"Issuer":"me","Database":"postgres:Host=db;Database=fleet;Username=shype"}}""");
        var (code, output, errors) = await CheckAsync("--check-config", "--state", _folder["state"], "--config", file);
        Assert.True(code == 0, errors);
        Assert.Equal(Setting.All.Count, output.Count(letter => letter == '\n'));
        Assert.Contains($"Verifier:Issuer = me   ({file})\n", output, StringComparison.Ordinal);
        Assert.Contains($"Verifier:State = {_folder["state"]}   (command line)\n", output, StringComparison.Ordinal);
        Assert.Contains("Verifier:AnswerTimeout = 00:00:20   (default)\n", output, StringComparison.Ordinal);
        Assert.Contains($"Verifier:Database = postgres db:5432/fleet   ({file})\n", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["state"]));
    }

    [Fact]
    public async Task Check_config_ends_with_2_where_a_setting_is_wrong_or_a_file_is_absent()
    {
        Assert.Equal(2, (await CheckAsync("--check-config", "--state", "S", "--answer-timeout", "1:0:0")).Code);
        var (code, output, errors) = await CheckAsync("--check-config", "--state", "S", "--tls-certificate", "/nowhere/c.pem", "--tls-key", "/nowhere/k.pem");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("Verifier:TlsCertificate (command line): /nowhere/c.pem: there is no such file", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_and_its_schema_have_every_setting_with_its_default()
    {
        Golden.MatchFile("docs/verifier.example.jsonc", SettingsText.Example());
        Golden.MatchFile("docs/verifier.schema.json", SettingsText.Schema());
        var options = VerifierApp.ReadOptions(new ConfigurationBuilder(), ["--config", Path.Combine(TestData.Root, "docs", "verifier.example.jsonc")]);
        Assert.Equal(SettingsText.ExampleState, options.State);
        Assert.Equal(["State"], Setting.All.Where(setting => !setting.IsDefault(setting.Of(options))).Select(setting => setting.Name));
    }

    [Fact]
    public void The_page_about_the_verifier_has_every_setting()
    {
        var page = File.ReadAllText(Path.Combine(TestData.Root, "docs", "verifier.md"));
        Assert.All(Setting.All, setting => Assert.Contains($"`{setting.Name}`", page, StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Errors)> CheckAsync(params string[] arguments)
    {
        using var process = VerifierProcess.Start(arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Now), process.StandardError.ReadToEndAsync(Now));
        await process.WaitForExitAsync(Now);
        return (process.ExitCode, await output, await errors);
    }

    private static string Refused(params string[] arguments) => Assert.Throws<SetupException>(() => VerifierApp.ReadOptions(new ConfigurationBuilder(), arguments)).Message;

    private string Write(string content)
    {
        File.WriteAllText(_folder["settings.json"], content);
        return _folder["settings.json"];
    }
}
