using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>The server's edge: one TLS address, and bounds on what a connection may hold.</summary>
internal static class VerifierServer
{
    /// <summary>Sets Kestrel up.</summary>
    public static void Configure(KestrelServerOptions kestrel, VerifierOptions options, X509Certificate2Collection chain)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxRequestBodySize = ProtocolLimits.MaxJsonBytes + 1;
        limits.MaxRequestHeaderCount = 32;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestLineSize = 4 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.MaxRequestHeaderFieldSize = 16 * 1024;
        kestrel.Listen(options.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(next => new ConnectionsPerAddress(options.MaxConnectionsPerAddress).Bound(next));
            listen.Use(next => new HandshakesAtOnce(HandshakesEachCore * Environment.ProcessorCount, TimeProvider.System).Admit(next));
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = chain[0],
                ServerCertificateChain = chain,
                SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                HandshakeTimeout = TimeSpan.FromSeconds(10),
                ClientCertificateMode = options.ClientCertificates is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.AllowCertificate,
                // Judged at each request (ClientCertificates); here any will do, and nothing that it names is fetched.
                ClientCertificateValidation = (_, _, _) => true,
                OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck,
                },
            });
            listen.Use(HandshakesAtOnce.Pass);
        });
        if (options.MetricsEndPoint is { } metrics)
        {
            kestrel.Listen(metrics, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection =>
                {
                    connection.Items[Exporters.Mark] = true;
                    return next(connection);
                });
            });
        }
    }

    // A core computes a thousand a second and more: a request waits a few milliseconds behind these.
    private const int HandshakesEachCore = 4;
}
