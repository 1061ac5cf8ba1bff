using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>A certificate that somebody wants to be believed as an authority.</summary>
public static class Authority
{
    /// <summary>The certificate without what stands around it; refused where it is none, or no authority's.</summary>
    public static bool TryRead(byte[] bytes, [NotNullWhen(true)] out byte[]? certificate, [NotNullWhen(false)] out string? problem)
    {
        certificate = null;
        if (!EkCertificateReader.TryRead(bytes, out var read, out problem))
        {
            return false;
        }

        // A TPM's own certificate as an authority would let its holder make TPMs.
        if (read.Certificate.GetBasicConstraints() < 0)
        {
            problem = $"the certificate of {read.Name} is no certificate authority's (basicConstraints)";
            return false;
        }

        certificate = read.Encoded.ToArray();
        return true;
    }
}
