using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>The server's certificate: a configured one, or one made at the first start that clients pin.</summary>
internal static class TlsIdentity
{
    /// <summary>Loads the certificate, after making it where none is configured and none is there.</summary>
    public static X509Certificate2Collection Load(VerifierOptions options, StateFolder state, DateTimeOffset now)
    {
        var (certificateFile, keyFile) = options is { TlsCertificate: { } configured, TlsKey: { } key }
            ? (configured, key)
            : SelfMade(options, state, now);
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(File.ReadAllText(certificateFile));
            var leaf = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), System.Text.Encoding.ASCII.GetString(PrivateFile.Read(keyFile)));
            chain[0].Dispose();
            chain[0] = leaf;
            return leaf.NotAfter.ToUniversalTime() > now.UtcDateTime ? chain : throw Expired(certificateFile, leaf);
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{certificateFile}: cannot be used for TLS with the key {keyFile}: {refused.Message}");
        }
    }

    private static (string Certificate, string Key) SelfMade(VerifierOptions options, StateFolder state, DateTimeOffset now)
    {
        var folder = state.Folder("tls");
        var (certificateFile, keyFile) = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        if (!File.Exists(certificateFile) || !File.Exists(keyFile))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = Request(key, options.TlsNames).CreateSelfSigned(now.AddHours(-1), now.AddYears(5));
            File.Delete(keyFile);
            PrivateFile.Create(keyFile, System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
            // The certificate last: while it is absent, both are made anew.
            File.WriteAllText(certificateFile, certificate.ExportCertificatePem() + "\n");
        }

        return (certificateFile, keyFile);
    }

    private static CertificateRequest Request(ECDsa key, string[] names)
    {
        var request = new CertificateRequest("CN=shype-verifier", key, HashAlgorithmName.SHA256);
        // Its own authority, so that clients of every kind can take it as their one trusted root.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Prepend("::1").Prepend("127.0.0.1").Prepend("localhost").Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request;
    }

    private static SetupException Expired(string file, X509Certificate2 leaf) =>
        new($"{file}: the TLS certificate expired on {leaf.NotAfter:yyyy-MM-dd}; replace it (a self-made one: delete it, start again, give clients the new one)");
}
