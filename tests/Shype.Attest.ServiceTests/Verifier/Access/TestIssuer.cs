using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shype.Attest.Protocol;

namespace Shype.Attest.ServiceTests.Verifier.Access;

/// <summary>A real identity provider: discovery and keys over https on its own port, tokens signed by hand.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly int _port;
    private readonly X509Certificate2 _certificate;
    private WebApplication? _app;

    private TestIssuer(string folder)
    {
        // A port that stays its own while it is down.
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issuer", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(400));
        Ca = Path.Combine(folder, "issuer.pem");
        File.WriteAllText(Ca, _certificate.ExportCertificatePem());
        Address = $"https://127.0.0.1:{_port}/realms/fleet";
        Says = Address;
    }

    public string Address { get; }

    public string Ca { get; }

    /// <summary>What its discovery document calls it.</summary>
    public string Says { get; set; }

    /// <summary>How often its keys were fetched.</summary>
    public int Fetches { get; private set; }

    /// <summary>What it publishes.</summary>
    public List<SigningKey> Keys { get; } = [new SigningKey("first", "ES256")];

    public static async Task<TestIssuer> StartAsync(string folder, bool isUp = true)
    {
        var issuer = new TestIssuer(folder);
        if (isUp)
        {
            await issuer.UpAsync();
        }

        return issuer;
    }

    public async Task UpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port, listen => listen.UseHttps(_certificate)));
        _app = builder.Build();
        _app.MapGet("/realms/fleet/.well-known/openid-configuration", () => Results.Json(new { issuer = Says, jwks_uri = Address + "/certs" }));
        _app.MapGet("/realms/fleet/certs", () =>
        {
            Fetches++;
            return Results.Text(KeySet(), "application/json");
        });
        await _app.StartAsync();
    }

    public async Task DownAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.DisposeAsync();
        }
    }

    public string KeySet() => new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(key => key.PublicKey)]) }.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        Keys.ForEach(key => key.Dispose());
        _certificate.Dispose();
    }
}

/// <summary>A key that signs tokens in any way that is asked for.</summary>
internal sealed class SigningKey(string id, string algorithm, int rsaBits = 2048) : IDisposable
{
    private readonly ECDsa? _curve = algorithm == "ES256" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
    private readonly RSA? _rsa = algorithm == "RS256" ? RSA.Create(rsaBits) : null;

    public string Id => id;

    public JsonNode PublicKey
    {
        get
        {
            if (_curve is { } curve)
            {
                var point = curve.ExportParameters(false).Q;
                return new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = id, ["use"] = "sig", ["x"] = Base64UrlText.Encode(point.X), ["y"] = Base64UrlText.Encode(point.Y) };
            }

            var numbers = _rsa!.ExportParameters(false);
            return new JsonObject { ["kty"] = "RSA", ["kid"] = id, ["use"] = "sig", ["n"] = Base64UrlText.Encode(numbers.Modulus), ["e"] = Base64UrlText.Encode(numbers.Exponent) };
        }
    }

    public string PublicPem => _curve?.ExportSubjectPublicKeyInfoPem() ?? _rsa!.ExportSubjectPublicKeyInfoPem();

    public string Sign(JsonObject payload, JsonObject? header = null)
    {
        header ??= [];
        header["alg"] ??= algorithm;
        header["kid"] ??= id;
        header["typ"] ??= "JWT";
        var signed = Base64UrlText.Encode(JsonSerializer.SerializeToUtf8Bytes(header)) + "." + Base64UrlText.Encode(JsonSerializer.SerializeToUtf8Bytes(payload));
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = header["alg"]!.GetValue<string>() switch
        {
            "none" => [],
            // The classic confusion: the public key taken for a secret.
            "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(PublicPem), bytes),
            _ => _curve?.SignData(bytes, HashAlgorithmName.SHA256) ?? _rsa!.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        return signed + "." + Base64UrlText.Encode(signature);
    }

    public void Dispose()
    {
        _curve?.Dispose();
        _rsa?.Dispose();
    }
}
