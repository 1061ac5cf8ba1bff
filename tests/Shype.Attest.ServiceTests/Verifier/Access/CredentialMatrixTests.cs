using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier.Access;

/// <summary>Every route that is not for everybody refuses every signed credential that is not good (threat row R05).</summary>
public sealed class CredentialMatrixTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly SigningKey _key = new("k", "ES256");

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task R05_no_route_takes_a_token_or_a_certificate_that_is_not_good()
    {
        await File.WriteAllTextAsync(_folder["keys.json"], new JsonObject { ["keys"] = new JsonArray(_key.PublicKey) }.ToJsonString(), Now);
        await File.WriteAllTextAsync(_folder["map.json"], """{"clients":[]}""", Now);
        await using var verifier = await RunningVerifier.StartAsync(new
        {
            FailedSignInsPerMinute = 100_000,
            ClientCertificates = _folder["map.json"],
            Oidc = new { Keys = _folder["keys.json"], Issuer = "https://idp.example", Audience = "shype", Roles = new Dictionary<string, string> { ["a"] = "admin" } },
        });
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        string Token(string issuer, long expires, string role) =>
            _key.Sign(new JsonObject { ["iss"] = issuer, ["aud"] = "shype", ["sub"] = "alice", ["exp"] = expires, ["roles"] = role });
        var good = verifier.Client(Token("https://idp.example", now + 300, "a"));
        using (var hosts = await good.GetAsync("/v1/hosts", Now))
        {
            Assert.Equal(HttpStatusCode.OK, hosts.StatusCode);
        }

        using var certificate = SelfSigned();
        var options = verifier.TlsOptions(verifier.Address.Host);
        options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        using var stranger = new HttpClient(new SocketsHttpHandler { SslOptions = options }) { BaseAddress = verifier.Address };
        (string Who, HttpClient Client, HttpStatusCode Status)[] callers =
        [
            ("wrong issuer", verifier.Client(Token("https://other.example", now + 300, "a")), HttpStatusCode.Unauthorized),
            ("expired", verifier.Client(Token("https://idp.example", now - 60, "a")), HttpStatusCode.Unauthorized),
            ("no role", verifier.Client(Token("https://idp.example", now + 300, "admin")), HttpStatusCode.Forbidden),
            ("certificate that is not in the map", stranger, HttpStatusCode.Unauthorized),
        ];
        var checkedRoutes = 0;
        foreach (var endpoint in verifier.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            // The dashboard's pages have a table of their own: DashboardAccessTests.
            .Where(one => one.Metadata.GetMetadata<IAllowAnonymous>() is null && !one.RoutePattern.RawText!.StartsWith("/dashboard", StringComparison.Ordinal)))
        {
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                // Any value will do: nobody gets so far that it is looked at.
                var address = System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!, @"\{[^}]*\}", "x");
                foreach (var (who, client, status) in callers)
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), address);
                    using var response = await client.SendAsync(request, Now);
                    Assert.Equal((who, method, address, status), (who, method, address, response.StatusCode));
                }

                checkedRoutes++;
            }
        }

        Assert.InRange(checkedRoutes, 40, 1000);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
