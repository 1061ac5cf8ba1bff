using System.Text.Json.Serialization;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Cli.Files;

namespace Shype.Attest.Cli.Output;

/// <summary>Who vouches for the TPM of a bundle's host, in JSON.</summary>
/// <param name="Certificates">Certificates in the bundle.</param>
/// <param name="Trusted">Whether authorities that were given vouch for one; null where none were given, so that it is the verifier's word.</param>
/// <param name="Anchor">The authority.</param>
/// <param name="Text">It in words.</param>
public sealed record EndorsementReport(int Certificates, bool? Trusted, string? Anchor, string Text)
{
    /// <summary>Whether it was asked for and does not hold.</summary>
    [JsonIgnore]
    public bool IsRefused => Trusted == false;

    /// <summary>Judges the certificates of a bundle by the authorities in folders and files.</summary>
    internal static async Task<EndorsementReport> CheckAsync(Surroundings surroundings, OpenBundle bundle, IReadOnlyList<string> roots, CancellationToken cancellationToken)
    {
        var count = bundle.Parts.EkCertificates.Count;
        var inBundle = count == 1 ? "1 certificate in the bundle" : $"{count} certificates in the bundle";
        if (roots.Count == 0)
        {
            return new(count, null, null, $"{inBundle}, not judged here (--ek-roots): that it is a genuine TPM's is the verifier's word");
        }

        List<TrustedAuthority> known = [];
        foreach (var folder in roots)
        {
            known.AddRange(TrustedAuthority.OfFile(folder, await CertificateInput.ReadFolderAsync(surroundings, folder, cancellationToken)));
        }

        if (BundleEndorsement.Check(bundle, TrustedAuthority.ToPolicy(known)) is not { } verdict)
        {
            return new(count, false, null, "no certificate is in the bundle, so that nobody but the verifier vouches for the TPM");
        }

        var anchor = verdict.Chain.FirstOrDefault(link => link.IsAnchor);
        return verdict.IsTrusted
            ? new(count, true, anchor?.Subject, $"{inBundle}; '{anchor?.Subject}' vouches for one. That the attestation key lives in that TPM was proven to the verifier, at enrolment")
            : new(count, false, null, $"{inBundle}, REFUSED: {Finding.InOrder(verdict.Findings)[0].Text}");
    }
}
