using System.Text;
using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class VerdictCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_good_verdict_is_explained_as_written_down()
    {
        var terminal = Explain(SampleVerdict.Sign(SampleVerdict.Good()), out var exitCode, "--jwks", Keys());
        Assert.Equal(ExitCode.Yes, exitCode);
        Assert.Equal("", terminal.Errors);
        Golden.Match("cli", "verdict-good.txt", terminal.Output.Replace(_folder, "FOLDER", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bad_verdict_is_explained_with_every_finding_and_what_to_do()
    {
        var terminal = Explain(SampleVerdict.Sign(SampleVerdict.Bad()), out var exitCode, "--jwks", Keys());
        Assert.Equal(ExitCode.Yes, exitCode);
        Golden.Match("cli", "verdict-bad.txt", terminal.Output.Replace(_folder, "FOLDER", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_keys_the_answer_says_that_nobody_checked()
    {
        var terminal = Explain(SampleVerdict.Sign(SampleVerdict.Good()), out var exitCode);
        Assert.Equal(ExitCode.Yes, exitCode);
        Assert.Contains("NOT VERIFIED", terminal.Output, StringComparison.Ordinal);
        Assert.StartsWith("warning: nobody checked who signed this verdict", terminal.Errors, StringComparison.Ordinal);
        Assert.False(Json(Explain(SampleVerdict.Sign(SampleVerdict.Good()), out _, "--json")).GetProperty("verified").GetBoolean());
    }

    [Fact]
    public void A_forged_verdict_is_refused_and_shown_as_refused()
    {
        var token = SampleVerdict.Sign(SampleVerdict.Good());
        var forged = token[..^4] + (token[^4] == 'A' ? 'B' : 'A') + token[^3..];
        var terminal = Explain(forged, out var exitCode, "--jwks", Keys());
        Assert.Equal(ExitCode.Refused, exitCode);
        Assert.Contains("REFUSED: the signature does not verify", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("believe nothing of it", terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void R02_an_expired_verdict_is_explained_as_one_of_the_past_and_never_checks_out()
    {
        var token = SampleVerdict.Sign(SampleVerdict.Good() with { Expires = Terminal.Now.ToUnixTimeSeconds() });
        var explained = Explain(token, out var exitCode, "--jwks", Keys());
        Assert.Equal(ExitCode.Yes, exitCode);
        Assert.Contains("EXPIRED: it says how things were", explained.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Refused, "token-expired"), Verify(token));
    }

    [Fact]
    public void Only_an_affirming_verdict_is_a_yes()
    {
        Assert.Equal((ExitCode.Yes, null), Verify(SampleVerdict.Sign(SampleVerdict.Good()), "--nonce", Convert.ToHexString(SampleVerdict.Nonce)));
        Assert.Equal((ExitCode.Refused, null), Verify(SampleVerdict.Sign(SampleVerdict.Bad()), "--nonce", Convert.ToHexString(SampleVerdict.Nonce)));
    }

    [Fact]
    public void R01_another_nonce_audience_or_key_is_refused()
    {
        var token = SampleVerdict.Sign(SampleVerdict.Good());
        Assert.Equal((ExitCode.Refused, "token-nonce-mismatch"), Verify(token, "--nonce", "0011223344556677"));
        Assert.Equal((ExitCode.Refused, "token-audience-mismatch"), Verify(token, "--audience", "somebody"));
        Assert.Equal((ExitCode.Refused, "token-audience-mismatch"), Verify(SampleVerdict.Sign(SampleVerdict.Good() with { Audience = "somebody" })));
        Assert.Equal((ExitCode.Refused, "token-malformed"), Verify("nonsense"));
    }

    [Theory]
    [InlineData("--nonce", "00")]
    [InlineData("--nonce", "xyz")]
    [InlineData("--nonce", "")]
    [InlineData("--jwks", "/nowhere/jwks.json")]
    public void A_wrong_option_is_a_usage_error(string option, string value)
    {
        var file = Write("token.jwt", SampleVerdict.Sign(SampleVerdict.Good()));
        var terminal = new Terminal();
        string[] keys = option == "--jwks" ? [] : ["--jwks", Keys()];
        Assert.Equal(ExitCode.Usage, terminal.Run(["verdict", "verify", file, option, value, .. keys]));
        Assert.StartsWith("error: ", terminal.Errors, StringComparison.Ordinal);
        Assert.Equal("", terminal.Output);
    }

    [Fact]
    public void R11_K14_what_a_host_sent_is_shown_escaped_on_a_terminal_in_a_pipe_and_in_JSON()
    {
        var hostile = "\u001b]0;owned\u0007\u001b[2J\r\nverdict: affirming\u2028\u202egnimriffa\u2066[bold red]x[/]\u009b1m";
        var token = SampleVerdict.Sign(SampleVerdict.Bad(hostile, hostile));
        foreach (var (width, json) in new (int?, bool)[] { (null, false), (80, false), (null, true), (80, true) })
        {
            var terminal = new Terminal { Input = Encoding.UTF8.GetBytes(token), Width = width };
            terminal.Environment["NO_COLOR"] = "1";
            Assert.Equal(ExitCode.Yes, terminal.Run(["verdict", "explain", .. json ? new[] { "--json" } : []]));
            Assert.DoesNotContain(terminal.Output + terminal.Errors, IsDangerous);
            Assert.Contains("\\u001b", terminal.Output, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("\\u202e", terminal.Output, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("\nverdict: affirming", terminal.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Colour_is_for_terminals_only()
    {
        var token = Encoding.UTF8.GetBytes(SampleVerdict.Sign(SampleVerdict.Good()));
        var (pipe, terminal, plain) = (new Terminal { Input = token }, new Terminal { Input = token, Width = 120 }, new Terminal { Input = token, Width = 120 });
        plain.Environment["NO_COLOR"] = "1";
        pipe.Run("verdict", "explain");
        terminal.Run("verdict", "explain");
        plain.Run("verdict", "explain");
        Assert.DoesNotContain('\u001b', pipe.Output + plain.Output);
        Assert.Contains("\u001b[", terminal.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"submods":{"host":null}}""")]
    [InlineData("""{"submods":{"host":{"ear.status":"affirming","tag:shype.dev,2026:findings":[null]}}}""")]
    [InlineData("""{"submods":{"host":{"ear.status":"affirming","tag:shype.dev,2026:guarantees":[null]}}}""")]
    [InlineData("""{"submods":null}""")]
    public void Null_where_there_must_be_something_is_malformed_and_no_crash(string members)
    {
        var claims = members[..^1] + ""","eat_profile":"x","iat":99999999999999,"ear.verifier-id":{"developer":"","build":""}}""";
        var token = $"{Part("""{"alg":"ES256"}""")}.{Part(claims)}.AA";
        var terminal = Explain(token, out var exitCode, "--json");
        Assert.Equal(ExitCode.Refused, exitCode);
        Assert.Equal("token-malformed", Json(terminal).GetProperty("problem").GetProperty("code").GetString());

        static string Part(string json) => Base64UrlText.Encode(Encoding.UTF8.GetBytes(json));
    }

    [Fact]
    public void The_JSON_holds_the_claims_as_they_came()
    {
        var json = Json(Explain(SampleVerdict.Sign(SampleVerdict.Bad()), out _, "--json", "--jwks", Keys()));
        Assert.Equal(["verified", "status", "problem", "claims"], json.EnumerateObject().Select(member => member.Name));
        Assert.True(json.GetProperty("verified").GetBoolean());
        Assert.Equal("contraindicated", json.GetProperty("status").GetString());
        Assert.Equal(7, json.GetProperty("claims").GetProperty("submods").GetProperty("host").GetProperty("tag:shype.dev,2026:findings")[0].GetProperty("record").GetInt32());
    }

    private static Terminal Explain(string token, out ExitCode exitCode, params string[] options)
    {
        var terminal = new Terminal { Input = Encoding.UTF8.GetBytes(token + "\n") };
        exitCode = terminal.Run(["verdict", "explain", .. options]);
        return terminal;
    }

    private (ExitCode ExitCode, string? Problem) Verify(string token, params string[] options)
    {
        var terminal = new Terminal();
        var exitCode = terminal.Run(["verdict", "verify", Write("token.jwt", token), "--json", "--jwks", Keys(), .. options]);
        var problem = Json(terminal).GetProperty("problem");
        return (exitCode, problem.ValueKind == JsonValueKind.Null ? null : problem.GetProperty("code").GetString());
    }

    private string Keys() => Write("jwks.json", Encoding.UTF8.GetString(SampleVerdict.KeySet));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static JsonElement Json(Terminal terminal) => JsonDocument.Parse(terminal.Output).RootElement;

    private static bool IsDangerous(char c) => (char.IsControl(c) && c != '\n') || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
