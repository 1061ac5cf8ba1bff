using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Hosting;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier.Access;

/// <summary>People and programs by client certificates that openssl made (threat rows R05, R12, R21).</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    // Later than the certificates, which openssl makes by its own clock.
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow.AddHours(1));
    private readonly List<HttpClient> _clients = [];
    private RunningVerifier? _verifier;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await AuthorityAsync("root", "/CN=fleet root");
        await IssueAsync("between", "/CN=fleet between", "root", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign");
        await AuthorityAsync("other", "/CN=fleet root");
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        if (_verifier is not null)
        {
            await _verifier.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_certificate_is_who_the_map_says_by_key_subject_or_alternative_name()
    {
        await IssueAsync("alice", "/C=DE/O=Fleet, Inc./CN=alice", "between", ForClients);
        await IssueAsync("carol", "/CN=carol", "between", ForClients + "\nsubjectAltName=DNS:Carol.Example,URI:spiffe://fleet/carol,email:carol@example");
        await SelfSignedAsync("dave", "/CN=alice");
        await StartAsync(
            new { name = "alice", role = "admin", subject = "CN=alice,O=\"Fleet, Inc.\",C=DE" },
            new { name = "carol", role = "viewer", san = "dns:carol.example" },
            new { name = "dave", role = "relying-party", spki = await SpkiAsync("dave") });
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), await StatusAsync("alice"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), await StatusAsync("carol"));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), await StatusAsync("dave"));

        foreach (var san in (string[])["uri:spiffe://fleet/carol", "email:carol@example"])
        {
            await WriteMapAsync(new { name = "carol", role = "admin", san });
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), await StatusAsync("carol"));
        }

        // The audit has the name of the map; and the command line shows the certificate.
        var environment = _verifier!.For("none").Where(pair => pair.Key != "SHYPE_TOKEN_FILE").ToDictionary();
        string[] credential = ["--client-cert", _folder["carol.crt"], "--client-key", _folder["carol.key"]];
        var added = await Cli.Shype.RunAsync(environment, null, ["token", "add", "bob", "--role", "viewer", .. credential]);
        Assert.True(added.ExitCode == 0, added.Errors);
        Assert.Contains("\"actor\":\"carol\"", await _verifier!.Admin().GetStringAsync("/v1/audit?subject=bob", Now), StringComparison.Ordinal);

        File.SetUnixFileMode(_folder["carol.key"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var open = await Cli.Shype.RunAsync(environment, null, ["token", "list", .. credential]);
        Assert.Equal(2, open.ExitCode);
        Assert.Contains("chmod 600", open.Errors, StringComparison.Ordinal);
        var half = await Cli.Shype.RunAsync(environment, null, ["token", "list", .. credential[..2]]);
        Assert.Equal(2, half.ExitCode);
    }

    [Fact]
    public async Task R05_a_certificate_that_is_wrong_in_one_thing_is_nobody()
    {
        await IssueAsync("stranger", "/CN=stranger", "between", ForClients);
        await IssueAsync("forged", "/CN=alice", "other", ForClients);
        await IssueAsync("server", "/CN=alice", "between", "extendedKeyUsage=serverAuth");
        await SelfSignedAsync("self", "/CN=alice");
        await SelfSignedAsync("pinnedserver", "/CN=pinned", "extendedKeyUsage=serverAuth");
        await IssueAsync("nul", "/CN=nul", "between", ForClients + "\nsubjectAltName=DNS:alice.example.evil");
        await StartAsync(
            new { name = "alice", role = "admin", subject = "CN=alice" }, new { name = "ally", role = "admin", san = "dns:alice.example" },
            new { name = "pinned", role = "admin", spki = await SpkiAsync("pinnedserver") });
        foreach (var who in (string[])["stranger", "forged", "server", "self", "pinnedserver", "nul"])
        {
            Assert.Equal((who, (HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)), (who, await StatusAsync(who)));
        }
    }

    [Fact]
    public async Task Who_is_taken_out_of_the_map_is_nobody_at_the_next_request_of_the_same_connection()
    {
        await IssueAsync("alice", "/CN=alice", "between", ForClients);
        await StartAsync(new { name = "alice", role = "admin", subject = "CN=alice" });
        var client = Client("alice");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        await WriteMapAsync(new { name = "alice", role = "relying-party", subject = "CN=alice" });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client));
        await WriteMapAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client));
        await WriteMapAsync(new { name = "alice", role = "admin", subject = "CN=alice" });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        // A map that cannot be read is nobody's.
        await File.WriteAllTextAsync(_folder["map.json"], "{", Now);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client));
        File.Delete(_folder["map.json"]);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task R21_a_certificate_is_taken_up_to_its_last_second_and_on_a_connection_that_outlives_it_no_more(bool byKey)
    {
        await IssueAsync("alice", "/CN=alice", "between", ForClients);
        using var certificate = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_folder["alice.crt"], Now));
        await StartAsync(byKey ? new { name = "alice", role = "admin", spki = await SpkiAsync("alice") } : new { name = "alice", role = "admin", subject = "CN=alice" });
        var client = Client("alice");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        _clock.AdjustTime(new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).AddMilliseconds(999));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        _clock.AdjustTime(new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).AddSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client));
        _clock.AdjustTime(new DateTimeOffset(certificate.NotBefore.ToUniversalTime()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        _clock.AdjustTime(new DateTimeOffset(certificate.NotBefore.ToUniversalTime()).AddSeconds(-1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client));
    }

    [Fact]
    public async Task A_wrong_token_is_not_made_good_by_a_certificate_nor_a_header_that_a_proxy_would_set()
    {
        await IssueAsync("alice", "/CN=alice", "between", ForClients);
        await StartAsync(new { name = "alice", role = "admin", subject = "CN=alice" });
        var client = Client("alice");
        foreach (var credential in (string[])["Bearer wrong", "Basic YTpi", "Bearer a.b.c"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, ("Authorization", credential)));
        }

        var pem = Uri.EscapeDataString(await File.ReadAllTextAsync(_folder["alice.crt"], Now));
        foreach (var header in (string[])["X-Client-Cert", "X-ARR-ClientCert", "X-SSL-CERT", "Client-Cert", "X-Forwarded-Client-Cert"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(_verifier!.Anonymous(), (header, pem)));
        }
    }

    [Fact]
    public async Task R12_a_page_of_somebody_else_cannot_use_the_certificate_of_the_browser()
    {
        await IssueAsync("alice", "/CN=alice", "between", ForClients);
        await StartAsync(new { name = "alice", role = "admin", subject = "CN=alice" });
        var client = Client("alice");
        foreach (var (name, value, isTaken) in (IEnumerable<(string, string, bool)>)
        [
            ("Origin", "https://evil.example", false), ("Origin", "null", false), ("Sec-Fetch-Site", "cross-site", false), ("Sec-Fetch-Site", "same-site", false),
            ("Origin", _verifier!.Address.GetLeftPart(UriPartial.Authority), true), ("Sec-Fetch-Site", "same-origin", true), ("Sec-Fetch-Site", "none", true),
        ])
        {
            Assert.Equal((value, isTaken), (value, await StatusAsync(client, (name, value)) == HttpStatusCode.OK));
        }
    }

    [Fact]
    public async Task Without_a_map_no_certificate_is_asked_for()
    {
        await IssueAsync("alice", "/CN=alice", "between", ForClients);
        _verifier = await RunningVerifier.StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Client("alice")));
        var (_, output, errors) = await Tool.Try(null, "openssl", "s_client", "-connect", _verifier.Address.Authority, "-no_ign_eof");
        Assert.Contains("No client certificate CA names sent", output + errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Requested Signature Algorithms", output + errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"clients":[{"name":"a","role":"admin","subject":"CN=a"}]}""", false, "ClientAuthorities")]
    [InlineData("""{"clients":[{"name":"a","role":"root","spki":"SPKI"}]}""", true, "clients[0]: role")]
    [InlineData("""{"clients":[{"name":"operator","role":"admin","spki":"SPKI"}]}""", true, "clients[0]: name")]
    [InlineData("""{"clients":[{"name":"https://idp#alice","role":"admin","spki":"SPKI"}]}""", true, "clients[0]: name")]
    [InlineData("""{"clients":[{"name":"a","role":"admin","spki":"12"}]}""", true, "clients[0]: spki")]
    [InlineData("""{"clients":[{"name":"a","role":"admin"}]}""", true, "one of spki, subject and san")]
    [InlineData("""{"clients":[{"name":"a","role":"admin","spki":"SPKI","subject":"CN=a"}]}""", true, "one of spki, subject and san")]
    [InlineData("""{"clients":[{"name":"a","role":"admin","spki":"SPKI"},{"name":"b","role":"viewer","spki":"SPKI"}]}""", true, "clients[1]: somebody else")]
    [InlineData("""{"clients":[{"name":"a","role":"admin","san":"ip:1.2.3.4"}]}""", true, "clients[0]: san")]
    [InlineData("""{"clients":[{"name":"a","role":"admin","serial":"1"}]}""", true, "serial")]
    [InlineData("""{"clients":[],"clients":[]}""", true, "clients")]
    public async Task A_wrong_map_stops_the_start_and_says_where(string map, bool hasAuthorities, string said)
    {
        await File.WriteAllTextAsync(_folder["map.json"], map.Replace("SPKI", new string('a', 64), StringComparison.Ordinal), Now);
        var refused = await Assert.ThrowsAsync<SetupException>(() => RunningVerifier.StartAsync(
            new { ClientCertificates = _folder["map.json"], ClientAuthorities = hasAuthorities ? _folder["anchors.pem"] : null }, folder: _folder.Path));
        Assert.Contains("Verifier:ClientCertificates", refused.Message, StringComparison.Ordinal);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    private async Task StartAsync(params object[] clients)
    {
        await WriteMapAsync(clients);
        _verifier = await RunningVerifier.StartAsync(new { ClientCertificates = _folder["map.json"], ClientAuthorities = _folder["anchors.pem"] }, _clock);
    }

    private async Task WriteMapAsync(params object[] clients)
    {
        // As a careful operator does: whole or not at all.
        await File.WriteAllTextAsync(_folder["map.new"], JsonSerializer.Serialize(new { clients }), Now);
        File.Move(_folder["map.new"], _folder["map.json"], overwrite: true);
    }

    private HttpClient Client(string name)
    {
        var options = _verifier!.TlsOptions(_verifier.Address.Host);
        using var pem = X509Certificate2.CreateFromPemFile(_folder[name + ".crt"], _folder[name + ".key"]);
        options.ClientCertificateContext = SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), null, offline: true);
        var client = new HttpClient(new SocketsHttpHandler { SslOptions = options }) { BaseAddress = _verifier.Address };
        _clients.Add(client);
        return client;
    }

    private async Task<(HttpStatusCode Hosts, HttpStatusCode Tokens)> StatusAsync(string name)
    {
        var client = Client(name);
        using var hosts = await client.GetAsync("/v1/hosts", Now);
        using var tokens = await client.GetAsync("/v1/tokens", Now);
        return (hosts.StatusCode, tokens.StatusCode);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/hosts");
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await client.SendAsync(request, Now);
        return response.StatusCode;
    }

    private async Task AuthorityAsync(string name, string subject)
    {
        await SelfSignedAsync(name, subject, "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign");
        // The verifier trusts one root; what stands between comes with the anchors too.
        if (name == "root")
        {
            File.Copy(_folder["root.crt"], _folder["anchors.pem"]);
        }
    }

    private Task<string> SelfSignedAsync(string name, string subject, params string[] extensions) => Tool.Run(null, "openssl",
        ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3", "-keyout", _folder[name + ".key"], "-out", _folder[name + ".crt"], "-subj", subject,
            .. extensions.SelectMany(extension => (string[])["-addext", extension])]);

    private async Task IssueAsync(string name, string subject, string issuer, string extensions)
    {
        await Tool.Run(null, "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", _folder[name + ".key"], "-out", _folder[name + ".csr"], "-subj", subject);
        await File.WriteAllTextAsync(_folder[name + ".ext"], extensions, Now);
        await Tool.Run(null, "openssl", "x509", "-req", "-in", _folder[name + ".csr"], "-CA", _folder[issuer + ".crt"], "-CAkey", _folder[issuer + ".key"], "-CAcreateserial", "-days", name == "between" ? "2" : "1",
            "-extfile", _folder[name + ".ext"], "-out", _folder[name + ".crt"]);
        File.SetUnixFileMode(_folder[name + ".key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (name == "between")
        {
            await File.AppendAllTextAsync(_folder["anchors.pem"], await File.ReadAllTextAsync(_folder["between.crt"], Now), Now);
        }
    }

    private async Task<string> SpkiAsync(string name)
    {
        using var certificate = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_folder[name + ".crt"], Now));
        return Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    private const string ForClients = "extendedKeyUsage=clientAuth";
}
