using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shype.Attest.Protocol;

namespace Shype.Attest.ServiceTests.Rats;

/// <summary>Stands between asker and verifier with a certificate that the asker was talked into. It passes on genuine answers, but may ask for them with another nonce, or show an old one.</summary>
internal sealed class Middleman : IAsyncDisposable
{
    private readonly WebApplication _server;

    private Middleman(WebApplication server, string certificate)
    {
        _server = server;
        CertificateFile = certificate;
        Address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public string Address { get; }

    public string CertificateFile { get; }

    /// <summary>Whether questions are passed on with another nonce.</summary>
    public bool SwapsNonce { get; set; }

    /// <summary>What is answered instead of the verifier's token.</summary>
    public Func<string, string> Answer { get; set; } = token => token;

    public static async Task<Middleman> StartAsync(HttpClient verifier, string certificateFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=middleman", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var server = builder.Build();
        Middleman? middleman = null;
        server.MapGet("/.well-known/jwks.json", async () => Results.Bytes(await verifier.GetByteArrayAsync("/.well-known/jwks.json"), MediaTypes.JwkSet));
        server.MapPost("/v1/attest/vm/{name}", async (HttpContext context, string name) => await middleman!.AskAsync(verifier, context, name));
        await server.StartAsync();
        return middleman = new Middleman(server, certificateFile);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<IResult> AskAsync(HttpClient verifier, HttpContext context, string name)
    {
        var asked = (await JsonSerializer.DeserializeAsync(context.Request.Body, ProtocolJson.Default.AttestRequest))!;
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(SwapsNonce ? asked with { Nonce = new byte[32] } : asked, ProtocolJson.Default.AttestRequest));
        content.Headers.ContentType = new(MediaTypes.Json);
        using var answer = await verifier.PostAsync($"/v1/attest/vm/{name}", content);
        var body = await answer.Content.ReadAsStringAsync();
        return Results.Text(answer.IsSuccessStatusCode ? Answer(body) : body, answer.Content.Headers.ContentType!.MediaType, statusCode: (int)answer.StatusCode);
    }
}
