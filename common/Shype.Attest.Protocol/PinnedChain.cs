using System.Security.Cryptography.X509Certificates;

namespace Shype.Attest.Protocol;

/// <summary>Whom a client of the verifier believes: chains to the certificates that it was given, and to nothing that the machine trusts.</summary>
public static class PinnedChain
{
    /// <summary>The policy for a TLS client. Nothing is fetched: an address in a stranger's certificate is the stranger's word.</summary>
    public static X509ChainPolicy To(X509Certificate2Collection anchors)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // The file is the operator's: its holder takes a certificate back by changing it, and nobody else is asked.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(anchors);
        return policy;
    }
}
