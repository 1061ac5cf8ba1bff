using System.Security.Cryptography;
using Shype.Attest.Appraisal.Enrolment;

namespace Shype.Attest.Appraisal.Trust;

/// <summary>Where an authority came from.</summary>
public enum AuthorityOrigin
{
    /// <summary>Shipped with the program.</summary>
    Vendor,

    /// <summary>A file that the configuration or the command line names.</summary>
    File,

    /// <summary>Added by an operator.</summary>
    Operator,
}

/// <summary>An authority that a policy is made from.</summary>
/// <param name="Id">What people call it.</param>
/// <param name="Origin">Where it came from.</param>
/// <param name="IsAnchor">Whether paths may end here.</param>
/// <param name="IsOn">Whether it counts.</param>
/// <param name="IsVirtual">Whether its TPMs are a cloud's software.</param>
/// <param name="Certificate">The certificate, DER.</param>
/// <param name="Note">What else to know: where it is from, who added it.</param>
public sealed record TrustedAuthority(string Id, AuthorityOrigin Origin, bool IsAnchor, bool IsOn, bool IsVirtual, byte[] Certificate, string Note)
{
    /// <summary>SHA-256 of the certificate in hex.</summary>
    public string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(Certificate));

    /// <summary>What is shipped, as it is before anybody decides.</summary>
    public static IReadOnlyList<TrustedAuthority> OfVendors { get; } =
    [
        .. VendorCertificates.All.Select(shipped => new TrustedAuthority(
            shipped.Id, AuthorityOrigin.Vendor, shipped.IsAnchor, shipped.IsOnByDefault, shipped.IsVirtual, shipped.Certificate,
            $"{shipped.Vendor}; {shipped.Origin}{(shipped.Note.Length > 0 ? "; " + shipped.Note : "")}")),
    ];

    /// <summary>Certificates of a file or folder: those that signed themselves are anchors, the others fill gaps.</summary>
    public static IEnumerable<TrustedAuthority> OfFile(string name, IEnumerable<byte[]> certificates)
    {
        var (anchors, helpers) = CertificateFile.Divide(certificates);
        return anchors.Select(anchor => Of(anchor, isAnchor: true)).Concat(helpers.Select(helper => Of(helper, isAnchor: false)));

        TrustedAuthority Of(byte[] certificate, bool isAnchor) => new(name, AuthorityOrigin.File, isAnchor, IsOn: true, IsVirtual: false, certificate, name);
    }

    /// <summary>A policy in which these count, and nothing else.</summary>
    public static EkCertificatePolicy ToPolicy(IReadOnlyList<TrustedAuthority> authorities) => new()
    {
        Anchors = [.. authorities.Where(authority => authority is { IsOn: true, IsAnchor: true, IsVirtual: false }).Select(Der)],
        VirtualAnchors = [.. authorities.Where(authority => authority is { IsOn: true, IsAnchor: true, IsVirtual: true }).Select(Der)],
        Helpers = [.. authorities.Where(authority => authority is { IsOn: true, IsAnchor: false }).Select(Der)],
        SwitchedOff = [.. authorities.Where(authority => authority is { IsOn: false, IsAnchor: true }).Select(Der)],
    };

    private static byte[] Der(TrustedAuthority authority) => authority.Certificate;
}
