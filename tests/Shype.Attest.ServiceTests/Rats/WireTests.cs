using System.Text;
using System.Text.RegularExpressions;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Rats;

/// <summary>The whole exchange as curl sees it, written down: a change of it is a change for clients that are not ours.</summary>
public sealed partial class WireTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private readonly StringBuilder _written = new();
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _verifier = await RunningVerifier.StartAsync();
        await File.WriteAllTextAsync(_scratch["auth"], "Authorization: Bearer " + await File.ReadAllTextAsync(Path.Combine(_verifier.State, "relying-party.token")));
    }

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task The_exchange_on_the_wire_is_as_it_was_written_down()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await CurlAsync("GET", "/.well-known/veraison/verification", "-H", "Accept: " + MediaTypes.VeraisonDiscovery);
        var opened = await CurlAsync("POST", "/challenge-response/v1/newSession?nonceSize=32", "-H", "Accept: " + MediaTypes.VeraisonSession);
        var session = "/challenge-response/v1/" + Location().Match(opened).Groups[1].Value;
        Assert.True(Base64UrlText.TryDecode(Nonce().Match(opened).Groups[1].Value, out var nonce));
        await CurlAsync("GET", session, "-H", "Accept: " + MediaTypes.VeraisonSession);
        await CurlAsync("POST", session, "-H", "Content-Type: application/psa-attestation-token", "--data-binary", "x");
        await File.WriteAllBytesAsync(_scratch["evidence.cbor"], SessionClient.Answer(agent.Host, nonce).Encode(), Now);
        string[] evidence = ["-H", "Content-Type: " + MediaTypes.CmwCbor, "-H", "Accept: " + MediaTypes.VeraisonSession, "--data-binary", "@" + _scratch["evidence.cbor"]];
        await CurlAsync("POST", session, evidence);
        await CurlAsync("POST", session, evidence);
        await CurlAsync("GET", session, "-H", "Accept: application/eat+jwt; eat_profile=\"" + AttestationResult.IetfProfile + "\"");
        await CurlAsync("DELETE", session);
        await CurlAsync("GET", session);
        await CurlAsync("POST", "/challenge-response/v1/newSession?nonceSize=32&nonce=AAAAAAAAAAA");
        await CurlAsync("POST", "/challenge-response/v1/newSession", "-H", "Accept: text/html");
        Golden.Match("rats", "exchange.txt", _written.ToString());
    }

    private async Task<string> CurlAsync(string method, string path, params string[] arguments)
    {
        var answer = await Tool.Run(null, "curl",
            ["--silent", "--show-error", "--include", "--http1.1", "--cacert", Path.Combine(_verifier.State, "tls", "cert.pem"), "-H", "@" + _scratch["auth"], "-X", method, .. arguments, _verifier.Address.ToString().TrimEnd('/') + path]);
        var headers = arguments.Where((argument, i) => i > 0 && arguments[i - 1] == "-H");
        _written.Append("> ").Append(method).Append(' ').AppendLine(Mask(path));
        foreach (var header in headers)
        {
            _written.Append("> ").AppendLine(header);
        }

        _written.AppendLine(Mask(answer).TrimEnd()).AppendLine();
        return answer;
    }

    // What differs from run to run.
    private static string Mask(string text)
    {
        text = Trace().Replace(text, "");
        text = Time().Replace(text.ReplaceLineEndings("\n"), "TIME");
        text = Uuid().Replace(Jwt().Replace(text, "JWT"), "UUID");
        text = Value().Replace(text, "\"$1\":\"($1)\"");
        text = Header().Replace(text, "$1: ($1)");
        return EvidenceValue().Replace(text, "\"value\":\"(standard base64, padded)\"");
    }

    [GeneratedRegex("^[Ll]ocation: (\\S+)", RegexOptions.Multiline)]
    private static partial Regex Location();

    // The name of one request in the log.
    [GeneratedRegex(",\"trace\":\"[0-9a-f]{32}\"")]
    private static partial Regex Trace();

    [GeneratedRegex("\"nonce\":\"([^\"]+)\"")]
    private static partial Regex Nonce();

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\\+00:00)")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+")]
    private static partial Regex Jwt();

    [GeneratedRegex("\"(nonce|x|y|kid|version)\":\"[^\"]+\"")]
    private static partial Regex Value();

    [GeneratedRegex("^(Content-Length|Date|Expires): .*$", RegexOptions.Multiline)]
    private static partial Regex Header();

    [GeneratedRegex("\"value\":\"[A-Za-z0-9+/\\\\]+=*[^\"]*\"")]
    private static partial Regex EvidenceValue();
}
