using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Shype.Attest.Client;
using Shype.Attest.Examples;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Rats;

/// <summary>The examples of the documentation, and the client library, each asking the running verifier, and each lied to by somebody in between.</summary>
public sealed class ExampleTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;
    private VirtualAgent.Serving _good = null!;
    private VirtualAgent.Serving _bad = null!;
    private Middleman _middleman = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _verifier = await RunningVerifier.StartAsync();
        _good = await (await _verifier.BootHostAsync("alpha")).ServeAsync();
        _bad = await (await _verifier.BootHostAsync("beta", spec => spec with { Hypervisor = null, Vms = [VirtualVms.Web with { Uuid = BadVm, Name = "bad" }] })).ServeAsync();
        _middleman = await Middleman.StartAsync(_verifier.RelyingParty(), _scratch["middleman.pem"]);
        await File.WriteAllTextAsync(_scratch["auth"], "Authorization: Bearer " + await File.ReadAllTextAsync(Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _middleman.DisposeAsync();
        await _good.DisposeAsync();
        await _bad.DisposeAsync();
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    private static readonly Guid BadVm = Guid.Parse("5f2f8f2e-0009-4000-8000-000000000009");

    private string Token => Path.Combine(_verifier.State, "relying-party.token");

    private string Certificate => Path.Combine(_verifier.State, "tls", "cert.pem");

    private string Address => _verifier.Address.ToString().TrimEnd('/');

    [Theory]
    [InlineData("curl")]
    [InlineData("node")]
    [InlineData("dotnet")]
    public async Task R01_an_example_says_yes_to_what_holds_and_to_nothing_else(string example)
    {
        Assert.SkipUnless(example != "node" || Directory.Exists(NodeModules), "tests/js/node_modules is absent: npm ci --prefix tests/js");
        Assert.Equal((0, "affirming"), await AskAsync(example, Address, Certificate, "web"));
        Assert.Equal((0, "affirming"), await AskAsync(example, Address, Certificate, VirtualVms.Web.Uuid.ToString()));
        var (status, text) = await AskAsync(example, Address, Certificate, "bad");
        Assert.True(status == 1 && text.Contains("refused: ", StringComparison.Ordinal) && text.Contains("hypervisor-missing", StringComparison.Ordinal), text);
        (status, text) = await AskAsync(example, Address, Certificate, "nobody");
        Assert.True(status == 1 && text.Contains("refused: ", StringComparison.Ordinal), text);

        // Whoever stands in between can only pass on.
        Assert.Equal((0, "affirming"), await AskAsync(example, _middleman.Address, _middleman.CertificateFile, "web"));
        _middleman.SwapsNonce = true;
        (status, text) = await AskAsync(example, _middleman.Address, _middleman.CertificateFile, "web");
        Assert.True(status == 1 && text.Contains("nonce", StringComparison.Ordinal), text);
        _middleman.SwapsNonce = false;
        foreach (var (lie, reason) in Lies)
        {
            _middleman.Answer = lie;
            (status, text) = await AskAsync(example, _middleman.Address, _middleman.CertificateFile, "web");
            Assert.True(status == 1 && text.StartsWith("refused: ", StringComparison.Ordinal), $"{reason}: {text}");
        }

        // A certificate that was not pinned is nobody's.
        (status, text) = await AskAsync(example, Address, _middleman.CertificateFile, "web");
        Assert.True(status is 1 or 3 && !text.Contains("affirming", StringComparison.Ordinal), text);
    }

    private static readonly (Func<string, string> Lie, string Reason)[] Lies =
    [
        (token => Header(token, """{"alg":"none","typ":"JWT"}""").Split('.') is var parts ? $"{parts[0]}.{parts[1]}." : "", "no signature"),
        (token => Header(token, """{"alg":"HS256","typ":"JWT"}"""), "HMAC"),
        (token => token[..^6] + (token[^6] == 'A' ? 'B' : 'A') + token[^5..], "another signature"),
        (token => Payload(token, claims => claims.Replace("\"warning\"", "\"affirming\"", StringComparison.Ordinal).Replace("\"iss\"", "\"iSs\"", StringComparison.Ordinal)), "changed claims"),
    ];

    [Fact]
    public async Task The_client_answers_with_a_type_for_everything_that_can_happen()
    {
        using var client = Client();
        var yes = Assert.IsType<VmTrusted>(await client.AskVmAsync("web", Now));
        Assert.Equal(TrustTier.Affirming, yes.Result.Status);
        var no = Assert.IsType<VmNotTrusted>(await client.AskVmAsync("bad", Now));
        Assert.Contains(no.Reasons, reason => reason.StartsWith("hypervisor-missing: ", StringComparison.Ordinal));
        Assert.Equal(ProblemTypes.VmUnknown, Assert.IsType<VmUnknown>(await client.AskVmAsync("nobody", Now)).Problem);
        Assert.Equal(ProblemTypes.Unauthorized, Assert.IsType<VmQuestionRefused>(await Client(token: "wrong").AskVmAsync("web", Now)).Problem);
        Assert.Equal(TokenProblemCode.KeyUnknown, Assert.IsType<VmAnswerRefused>(await Client(keys: new JsonWebKeySet { Keys = [] }).AskVmAsync("web", Now)).Problem.Code);
        await Assert.ThrowsAsync<ArgumentException>(() => client.AskVmAsync("..", Now));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.AskVmAsync("web", cancelled.Token));

        // Many at once, on one client: each has its own nonce answered.
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => client.AskVmAsync(new VmQuestion("web"), Now)));
        Assert.All(answers, answer => Assert.True(answer.IsTrusted, answer.Text));

        // A silent host is nobody's yes, and neither is a verifier that is gone.
        await _good.StopAsync();
        Assert.Equal(ProblemTypes.HostNotConnected, Assert.IsType<VmUnreachable>(await client.AskVmAsync("web", Now)).Problem);
        await _verifier.App.StopAsync(Now);
        Assert.Null(Assert.IsType<VmUnreachable>(await client.AskVmAsync("web", Now)).Problem);
    }

    [Fact]
    public async Task What_is_demanded_must_be_proven_and_answered()
    {
        using var client = Client();
        Assert.True((await AskAsync("""{"policy-unchanged": true}""")).IsTrusted);
        Assert.True((await AskAsync("""{"label-is": ["web", "shop"]}""")) is VmNotTrusted or VmQuestionRefused);
        Assert.IsType<VmQuestionRefused>(await AskAsync("""{"no-such-demand": true}"""));
        var unproven = Assert.IsType<VmNotTrusted>(await AskAsync("""{"enforced-by": "hypervisor"}"""));
        Assert.NotEmpty(unproven.Reasons);

        async Task<VmAnswer> AskAsync(string demand)
        {
            using var document = JsonDocument.Parse(demand);
            return await client.AskVmAsync(new VmQuestion("web") { Guarantees = [document.RootElement] }, Now);
        }
    }

    [Fact]
    public async Task A_CWT_holds_for_a_library_that_we_did_not_write()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(NodeModules, "cbor")), "tests/js/node_modules is absent: npm ci --prefix tests/js");
        var nonce = new byte[16];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/attest/vm/web");
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new AttestRequest { Nonce = nonce }, ProtocolJson.Default.AttestRequest));
        request.Content.Headers.ContentType = new(MediaTypes.Json);
        request.Headers.Accept.ParseAdd(MediaTypes.EatCwt);
        using var response = await _verifier.RelyingParty().SendAsync(request, Now);
        var token = await response.Content.ReadAsByteArrayAsync(Now);
        await File.WriteAllBytesAsync(_scratch["token.cwt"], token, Now);
        await File.WriteAllBytesAsync(_scratch["keys.cbor"], await _verifier.Anonymous().GetByteArrayAsync("/.well-known/cose-keys", Now), Now);
        var script = Path.Combine(TestData.Root, "tests", "js", "verify-cwt.mjs");
        var claims = JsonDocument.Parse(await Tool.Run(null, "node", script, _scratch["token.cwt"], _scratch["keys.cbor"], Base64UrlText.Encode(nonce))).RootElement.GetProperty("claims");
        Assert.Equal(AttestationResult.VeraisonProfile, claims.GetProperty("265").GetString());
        Assert.Equal(2, claims.GetProperty("266").GetProperty("vm/" + VirtualVms.Web.Uuid).GetProperty("1000").GetInt32());
        Assert.Equal("shype-verifier", claims.GetProperty("1").GetString());
        Assert.NotEqual(0, (await Tool.Try(null, "node", script, _scratch["token.cwt"], _scratch["keys.cbor"], "AAAA")).Status);
        token[^1] ^= 1;
        await File.WriteAllBytesAsync(_scratch["token.cwt"], token, Now);
        Assert.Equal((1, "signature\n"), (await Tool.Try(null, "node", script, _scratch["token.cwt"], _scratch["keys.cbor"], Base64UrlText.Encode(nonce))) is var (status, _, errors) ? (status, errors) : default);

        // The same with the command line, which knows every form.
        token[^1] ^= 1;
        await File.WriteAllBytesAsync(_scratch["token.cwt"], token, Now);
        await File.WriteAllBytesAsync(_scratch["jwks.json"], await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), Now);
        var verified = await Cli.Shype.RunAsync("verdict", "verify", _scratch["token.cwt"], "--jwks", _scratch["jwks.json"], "--nonce", Convert.ToHexString(nonce));
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Errors);
        var explained = await Cli.Shype.RunAsync("verdict", "explain", _scratch["token.cwt"], "--jwks", _scratch["jwks.json"], "--json");
        Assert.True(explained.ExitCode == 0, explained.Output + explained.Errors);
        var other = await Cli.Shype.RunAsync("verdict", "verify", _scratch["token.cwt"], "--jwks", _scratch["jwks.json"], "--nonce", "00" + Convert.ToHexString(nonce), "--json");
        Assert.Equal((1, "token-nonce-mismatch"), (other.ExitCode, other.Json.GetProperty("problem").GetProperty("code").GetString()));
    }

    private static string NodeModules => Path.Combine(TestData.Root, "tests", "js", "node_modules");

    private AttestClient Client(string? token = null, JsonWebKeySet? keys = null) => new(new AttestClientOptions
    {
        Address = _verifier.Address,
        Certificates = new X509Certificate2Collection(X509CertificateLoader.LoadCertificateFromFile(Certificate)),
        Token = async cancellation => token ?? (await File.ReadAllTextAsync(Token, cancellation)).Trim(),
        Keys = keys,
    });

    private async Task<(int Status, string Text)> AskAsync(string example, string address, string certificate, string vm)
    {
        if (example == "dotnet")
        {
            await using var output = new StringWriter();
            return (await Ask.RunAsync([address, certificate, Token, vm], output, Now), output.ToString().Trim());
        }

        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        if (example == "curl")
        {
            start.FileName = Path.Combine(TestData.Root, "docs", "examples", "curl", "ask.sh");
            string[] arguments = [address, certificate, _scratch["auth"], vm];
            Array.ForEach(arguments, start.ArgumentList.Add);
        }
        else
        {
            // As somebody has it who copied it into a project of his own.
            var project = Directory.CreateDirectory(_scratch["project"]).FullName;
            File.Copy(Path.Combine(TestData.Root, "docs", "examples", "node", "ask.mjs"), Path.Combine(project, "ask.mjs"), overwrite: true);
            if (!Path.Exists(Path.Combine(project, "node_modules")))
            {
                Directory.CreateSymbolicLink(Path.Combine(project, "node_modules"), NodeModules);
            }

            (start.FileName, start.Environment["NODE_EXTRA_CA_CERTS"], start.Environment["TOKEN_FILE"]) = ("node", certificate, Token);
            string[] arguments = [Path.Combine(project, "ask.mjs"), address, vm];
            Array.ForEach(arguments, start.ArgumentList.Add);
        }

        using var process = Process.Start(start)!;
        var (output2, errors) = (process.StandardOutput.ReadToEndAsync(Now), process.StandardError.ReadToEndAsync(Now));
        await process.WaitForExitAsync(Now);
        return (process.ExitCode, process.ExitCode == 0 ? (await output2).Trim() : (await errors).Trim());
    }

    private static string Header(string token, string header) => Base64UrlText.Encode(System.Text.Encoding.UTF8.GetBytes(header)) + token[token.IndexOf('.', StringComparison.Ordinal)..];

    private static string Payload(string token, Func<string, string> change)
    {
        var parts = token.Split('.');
        Assert.True(Base64UrlText.TryDecode(parts[1], out var payload));
        return $"{parts[0]}.{Base64UrlText.Encode(System.Text.Encoding.UTF8.GetBytes(change(System.Text.Encoding.UTF8.GetString(payload))))}.{parts[2]}";
    }
}
