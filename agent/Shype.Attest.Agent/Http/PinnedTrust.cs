using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Http;

/// <summary>
/// Whom the agent believes to be the verifier: who shows a certificate for its name that a certificate of one file signed. The machine's own roots
/// count for nothing, so no public CA can vouch for an impostor.
/// </summary>
internal static class PinnedTrust
{
    /// <summary>TLS options that trust only the certificates of a PEM file.</summary>
    public static SslClientAuthenticationOptions Of(string caFile) => new()
    {
        CertificateChainPolicy = PinnedChain.To(Read(caFile)),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    private static X509Certificate2Collection Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                throw new AgentException(ExitCode.Usage, $"verifier: ca: {file} is larger than {MaxFileBytes} bytes");
            }

            certificates.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AgentException(ExitCode.Usage, $"verifier: ca: {file} cannot be read as PEM certificates: {e.Message}", e);
        }

        return certificates.Count > 0 ? certificates : throw new AgentException(ExitCode.Usage, $"verifier: ca: {file} holds no certificate");
    }

    private const int MaxFileBytes = 1024 * 1024;
}
