using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary><c>shype vm attest</c> against a server that is trusted for TLS and lies in its answers: only what holds is a yes.</summary>
public sealed class LyingVerifierTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private WebApplication _server = null!;
    private Func<byte[], IResult> _answer = null!;

    public async ValueTask InitializeAsync()
    {
        using var tlsKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=liar", tlsKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        await File.WriteAllTextAsync(_scratch["ca.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_scratch["token"], "c2VjcmV0");
        File.SetUnixFileMode(_scratch["token"], UnixFileMode.UserRead);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        _server = builder.Build();
        _server.MapPost("/v1/attest/vm/web", async (HttpContext context) =>
        {
            var asked = await JsonSerializer.DeserializeAsync(context.Request.Body, ProtocolJson.Default.AttestRequest);
            return _answer(asked!.Nonce);
        });
        _server.MapGet("/.well-known/jwks.json", () => Results.Bytes(new JsonWebKeySet { Keys = [JsonWebKey.From(_key)] }.Write(), MediaTypes.JwkSet));
        _server.MapGet("/v1/hosts/{name}", () => Results.Redirect("https://localhost:1/stolen"));
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
        _otherKey.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task What_holds_is_a_yes_so_the_lies_fail_for_their_reason() => Assert.Equal((0, null), await AskAsync(nonce => Sign(Verdict(nonce))));

    [Fact]
    public async Task R01_a_lie_is_a_no_with_its_code()
    {
        Assert.Equal((1, "token-nonce-mismatch"), await AskAsync(_ => Sign(Verdict(new byte[32]))));
        Assert.Equal((1, "token-nonce-mismatch"), await AskAsync(nonce => Sign(Verdict(nonce) with { Nonce = null })));
        Assert.Equal((1, "token-expired"), await AskAsync(nonce => Sign(Verdict(nonce) with { Expires = 1 })));
        Assert.Equal((1, "token-expiry-missing"), await AskAsync(nonce => Sign(Verdict(nonce) with { Expires = null })));
        Assert.Equal((1, "token-key-unknown"), await AskAsync(nonce => ResultToken.Sign(_otherKey, "other", Verdict(nonce))));
        Assert.Equal((1, "token-signature-invalid"), await AskAsync(nonce => ResultToken.Sign(_otherKey, JsonWebKey.From(_key).KeyId!, Verdict(nonce))));
        Assert.Equal((1, "token-audience-mismatch"), await AskAsync(nonce => Sign(Verdict(nonce) with { Audience = "another" })));
        Assert.Equal((1, "token-algorithm-refused"), await AskAsync(_ => "eyJhbGciOiJub25lIn0.e30."));
        Assert.Equal((1, "token-malformed"), await AskAsync(_ => "yes"));
        Assert.Equal((1, "token-subject-mismatch"), await AskAsync(nonce => Sign(Verdict(nonce, "another"))));
        Assert.Equal((1, "token-status-inconsistent"), await AskAsync(nonce => Sign(Verdict(nonce) with
        {
            Submods = new Dictionary<string, Submod> { ["host"] = new() { Status = TrustTier.Affirming, TrustVector = TrustVector.All(99) } },
        })));
    }

    [Theory]
    [InlineData(TrustTier.None)]
    [InlineData(TrustTier.Warning)]
    [InlineData(TrustTier.Contraindicated)]
    public async Task Only_affirming_is_a_yes(TrustTier tier) => Assert.Equal((1, null), await AskAsync(nonce => Sign(Verdict(nonce, status: tier))));

    [Fact]
    public async Task R11_problems_are_sentences_and_their_text_is_escaped()
    {
        var hostile = new ProblemDocument { Type = ProblemTypes.VmAmbiguous, Detail = "\u001b[2Jtwo hosts\u202e" };
        _answer = _ => Results.Bytes(hostile.Write(), MediaTypes.ProblemJson);
        var run = await RunAsync("vm", "attest", "web");
        // A success status without a token is no verdict either.
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains("cannot be understood", run.Errors, StringComparison.Ordinal);

        _answer = _ => new Problem(409, hostile);
        run = await RunAsync("vm", "attest", "web");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("more than one host claims to run this VM", run.Errors, StringComparison.Ordinal);
        Assert.Contains("\\u001b[2Jtwo hosts\\u202e", run.Errors, StringComparison.Ordinal);

        _answer = _ => Results.StatusCode(502);
        Assert.Equal(3, (await RunAsync("vm", "attest", "web")).ExitCode);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_token()
    {
        var run = await RunAsync("host", "show", "any");
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains("answered 302", run.Errors, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string? Problem)> AskAsync(Func<byte[], string> token)
    {
        _answer = nonce => Results.Text(token(nonce), MediaTypes.EatJwt);
        var run = await RunAsync("vm", "attest", "web", "--json");
        var problem = run.Json.GetProperty("problem");
        return (run.ExitCode, problem.ValueKind == JsonValueKind.Null ? null : problem.GetProperty("code").GetString());
    }

    private Task<Shype> RunAsync(params string[] arguments) => Shype.RunAsync(
        [.. arguments, "--server", _server.Urls.Single(), "--ca", _scratch["ca.pem"], "--token-file", _scratch["token"]]);

    private string Sign(AttestationResult result) => ResultToken.Sign(_key, JsonWebKey.From(_key).KeyId!, result);

    private static AttestationResult Verdict(byte[] nonce, string vm = "web", TrustTier status = TrustTier.Affirming)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return new AttestationResult
        {
            Profile = AttestationResult.VeraisonProfile,
            IssuedAt = now,
            Expires = now + 300,
            Verifier = new VerifierId { Developer = "liar", Build = "1" },
            Nonce = Base64UrlText.Encode(nonce),
            Submods = new Dictionary<string, Submod>
            {
                ["vm/1"] = new() { Status = status, Vm = new ResultVm { Uuid = "1", Name = vm, Label = "", Running = true } },
            },
        };
    }

    private sealed class Problem(int status, ProblemDocument document) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = MediaTypes.ProblemJson;
            return httpContext.Response.Body.WriteAsync(document.Write()).AsTask();
        }
    }
}
