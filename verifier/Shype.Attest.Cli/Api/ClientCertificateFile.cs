using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Cli.Files;

namespace Shype.Attest.Cli.Api;

/// <summary>A client certificate with its key, as files.</summary>
internal static class ClientCertificateFile
{
    /// <summary>Reads both; certificates after the first are sent along.</summary>
    /// <exception cref="CommandException">One cannot be read, others can read the key, or they do not belong together.</exception>
    public static SslStreamCertificateContext Read(string certificateFile, string keyFile)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(certificateFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw CommandException.Unusable($"--client-cert: {certificateFile} cannot be read: {e.Message}");
        }

        if (certificates.Count == 0)
        {
            throw CommandException.Unusable($"--client-cert: {certificateFile} holds no certificate in PEM");
        }

        using var key = PrivateKeyFile.Read(keyFile);
        try
        {
            var own = key is ECDsa curve ? certificates[0].CopyWithPrivateKey(curve) : certificates[0].CopyWithPrivateKey((RSA)key);
            return SslStreamCertificateContext.Create(own, [.. certificates.Skip(1)], offline: true);
        }
        catch (ArgumentException)
        {
            throw CommandException.Unusable($"--client-key: {keyFile} is not the key of {certificateFile}");
        }
    }
}
