using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Api;

/// <summary>The certificates that a verifier's TLS must chain to, instead of those that the machine trusts.</summary>
/// <param name="File">Where they were read from, for messages.</param>
/// <param name="Certificates">The certificates.</param>
public sealed record TrustAnchor(string File, X509Certificate2Collection Certificates)
{
    /// <summary>Reads a PEM file.</summary>
    /// <exception cref="CommandException">It cannot be read or holds no certificate.</exception>
    public static TrustAnchor Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw CommandException.Unusable($"--ca: {file} cannot be read: {e.Message}");
        }

        return certificates.Count > 0
            ? new TrustAnchor(file, certificates)
            : throw CommandException.Unusable($"--ca: {file} holds no certificate in PEM");
    }

    /// <summary>Chains end here and nowhere else.</summary>
    public X509ChainPolicy ToChainPolicy() => PinnedChain.To(Certificates);
}
