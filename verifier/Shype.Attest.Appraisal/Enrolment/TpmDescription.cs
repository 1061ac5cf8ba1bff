using Org.BouncyCastle.Asn1.X509;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>
/// What a certificate says about the TPM of its key (TCG EK Credential Profile 3.2.9 and 3.2.10; rule E1). Claims of who signed the certificate, shown to
/// people; no decision rests on them.
/// </summary>
public sealed record TpmDescription
{
    /// <summary>The vendor's id, four letters of the TCG Vendor ID Registry; as it stands in the certificate where it is none.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>The vendor's name, where the registry has one.</summary>
    public string? Vendor { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The firmware's version when the certificate was made.</summary>
    public string? Version { get; init; }

    /// <summary>Family, level and revision of the specification.</summary>
    public string? Specification { get; init; }

    /// <summary>What the vendor says about evaluations (TPMSecurityAssertions).</summary>
    public string? Assertions { get; init; }

    /// <summary>The cloud's machine that the TPM belongs to.</summary>
    public CloudInstance? Instance { get; init; }

    /// <summary>As it stands in messages.</summary>
    public TpmClaims ToClaims() => new()
    {
        Manufacturer = Manufacturer, Vendor = Vendor, Model = Model, Firmware = Version, Specification = Specification, Evaluation = Assertions,
        Machine = Instance?.ToString(),
    };

    /// <summary>What a certificate says; null where it says nothing or is none.</summary>
    public static TpmDescription? Of(byte[] certificate) => EkCertificateReader.TryRead(certificate, out var read, out _) ? Of(read) : null;

    internal static TpmDescription? Of(EkCertificate certificate)
    {
        try
        {
            var names = Names(certificate.Certificate);
            var (specification, assertions) = TpmAttributes.Read(certificate.Certificate);
            var manufacturer = Text(names, ManufacturerOid) is { } id ? VendorIds.Decode(id) : null;
            var description = new TpmDescription
            {
                Manufacturer = manufacturer,
                Vendor = manufacturer is null ? null : VendorIds.NameOf(manufacturer),
                Model = Text(names, ModelOid),
                Version = Text(names, VersionOid) is { } version ? VendorIds.WithoutMark(version) : null,
                Specification = specification,
                Assertions = assertions,
                Instance = CloudInstance.Of(certificate.Certificate),
            };
            return description == new TpmDescription() ? null : description;
        }
        catch (Exception refused) when (EkCertificateReader.IsAboutContent(refused))
        {
            return null;
        }
    }

    // One RDN with three values (Nuvoton) or three RDNs (ST): the flat list does not care.
    private static List<(string Oid, string Value)> Names(Org.BouncyCastle.X509.X509Certificate certificate) =>
    [
        .. (certificate.GetSubjectAlternativeNameExtension()?.GetNames() ?? [])
            .Where(name => name.TagNo == GeneralName.DirectoryName)
            .Select(name => X509Name.GetInstance(name.Name))
            .SelectMany(name => name.GetOidList().Zip(name.GetValueList(), (oid, value) => (oid.Id, value))),
    ];

    private static string? Text(List<(string Oid, string Value)> names, string oid) =>
        names.FirstOrDefault(name => name.Oid == oid).Value is { Length: > 0 and <= MaxText } value ? value : null;

    private const string ManufacturerOid = "2.23.133.2.1";
    private const string ModelOid = "2.23.133.2.2";
    private const string VersionOid = "2.23.133.2.3";
    internal const int MaxText = 128;
}
