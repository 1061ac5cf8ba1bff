using System.Net;
using System.Net.Sockets;
using Org.BouncyCastle.Asn1.X509;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.Attacks;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.ServiceTests.Attacks;

/// <summary>Threat rows K of keys, certificates and names, and Q20, Q21 of keys, against the running verifier.</summary>
public sealed class KeyAttacks(Scene scene) : IClassFixture<Scene>
{
    private static readonly PublicArea Ecc = VirtualAk.Of(AkKind.EcdsaP256).Public;
    private static readonly PublicArea Rsa = VirtualAk.Of(AkKind.RsaSsa).Public;

    public static TheoryData<string> Names => [.. All.Select(attack => attack.Name)];

    internal static IReadOnlyList<EnrolmentAttack> All { get; } =
    [
        Ak("K01 can decrypt", FindingCode.AkAttributesRefused, Ecc with { Attributes = Ecc.Attributes | ObjectAttributes.Decrypt }),
        Ak("K01 not fixed to the TPM", FindingCode.AkAttributesRefused, Ecc with { Attributes = Ecc.Attributes & ~ObjectAttributes.FixedTpm }),
        Ak("K01 not fixed to its parent", FindingCode.AkAttributesRefused, Ecc with { Attributes = Ecc.Attributes & ~ObjectAttributes.FixedParent }),
        Ak("K01 imported", FindingCode.AkAttributesRefused, Ecc with { Attributes = Ecc.Attributes & ~ObjectAttributes.SensitiveDataOrigin }),
        Ak("K01 does not sign", FindingCode.AkAttributesRefused, Ecc with { Attributes = Ecc.Attributes & ~ObjectAttributes.Sign }),
        Ak("K02 no scheme", FindingCode.AkSchemeRefused, Ecc with { Parameters = (EccParameters)Ecc.Parameters with { Scheme = AsymmetricScheme.None } }),
        Ak("K02 scheme with SHA-1", FindingCode.AkSchemeRefused, Ecc with { Parameters = (EccParameters)Ecc.Parameters with { Scheme = new(AlgorithmId.Ecdsa, AlgorithmId.Sha1) } }),
        Ak("K02 name with SHA-1", FindingCode.AkSchemeRefused, Ecc with { NameAlgorithm = AlgorithmId.Sha1 }),
        Ek("K05 attestation key as endorsement key", _ => Ecc),
        Ek("K05 endorsement key without its policy", ek => ek with { AuthPolicy = [], Attributes = ek.Attributes | ObjectAttributes.UserWithAuth }),
        Ek("K05 endorsement key that signs", ek => ek with { Attributes = ek.Attributes | ObjectAttributes.Sign }),
        Chain("K09 made by itself", FindingCode.EkCertificateUntrusted),
        Chain("K09 private root with the vendor's name, brought along", FindingCode.EkCertificateUntrusted),
        Chain("K09 private root with the vendor's name, not brought", FindingCode.EkCertificateSignatureInvalid),
        Chain("K09 intermediate left out", FindingCode.EkCertificateUntrusted),
        Chain("K09 authority flag missing in the chain", FindingCode.EkCertificateIssuerNotCa),
        Chain("K09 keyUsage of the intermediate without keyCertSign", FindingCode.EkCertificateIssuerNotCa),
        Chain("K09 one byte changed", FindingCode.EkCertificateSignatureInvalid),
        Chain("K10 another endorsement certificate as authority", FindingCode.EkCertificateIssuerNotCa),
        Chain("K10 path length", FindingCode.EkCertificatePathTooLong),
        Chain("K10 expired", FindingCode.EkCertificateExpired),
        Chain("K10 intermediate expired", FindingCode.EkCertificateExpired),
        Chain("K10 not yet valid", FindingCode.EkCertificateNotYetValid),
        Chain("K10 name constraints permit another", FindingCode.EkCertificateNameConstraints),
        Chain("K10 name constraints exclude it", FindingCode.EkCertificateNameConstraints),
        Chain("K10 wrong usage", FindingCode.EkCertificateUsageWrong),
        Chain("K10 certificate of an authority", FindingCode.EkCertificateIsCa),
        Chain("K10 unknown critical extension", FindingCode.EkCertificateCriticalExtension),
        Chain("K10 SHA-1", FindingCode.EkCertificateAlgorithmWeak),
        Chain("K11 cut", FindingCode.EkCertificateMalformed),
        Real("K04 a real certificate of somebody else's TPM", FindingCode.EkCertificateKeyMismatch, "ek_st_rsa_trailing.der"),
        Real("K09 a real certificate whose authority nobody knows", FindingCode.EkCertificateUntrusted, "hirs_ek_security_assertions.cer"),
        RealAk("K09 a real cloud's attestation key where the cloud is not trusted", FindingCode.EkCertificateAnchorOff, "gce_uca_tpm_ecc_sign_cert.pem"),
        Real("K10 a real certificate that expired", FindingCode.EkCertificateExpired, "hirs_nuc1_ek_nv_raw.cer"),
        Real("K10 a real certificate signed with SHA-1", FindingCode.EkCertificateAlgorithmWeak, "hirs_nuc1_ek.cer"),
        Real("K10 a real vendor's root as the TPM's own certificate", FindingCode.EkCertificateIsCa, "nuvoton_root_2110_malformed_set_order.der"),
        RealAk("K10 a real endorsement key's certificate as the attestation key's", FindingCode.AkCertificateUsageWrong, "ek_st_rsa_trailing.der"),
        RealAk("K10 a real IDevID's certificate as the attestation key's", FindingCode.AkCertificateUsageWrong, "idevid_rsapss.der"),
        Host("K14 name with U+2028", "a\u2028b"),
        Host("K14 name that turns the line around", "a\u202eb"),
        Host("K14 name of HTML", "<script>alert(1)</script>"),
        Host("K14 name of spaces", "  "),
        Ak("Q03 attestation key with a byte more", FindingCode.AkMalformed, [.. TpmWire.ToSizedBytes(Ecc), 0]),
        Ak("Q20 point not on the curve", FindingCode.AkMalformed, Ecc with { Unique = new EccUnique(new byte[32], ((EccUnique)Ecc.Unique).Y) }),
        Ak("Q20 point at infinity", FindingCode.AkMalformed, Ecc with { Unique = new EccUnique([], []) }),
        Ak("Q20 unknown curve", FindingCode.AkMalformed, Ecc with { Parameters = (EccParameters)Ecc.Parameters with { Curve = (EccCurve)0x99 } }),
        Ak("Q21 RSA-1024", FindingCode.AkMalformed, Rsa with
        {
            Parameters = (RsaParameters)Rsa.Parameters with { KeyBits = 1024 }, Unique = new BytesUnique([.. ((BytesUnique)Rsa.Unique).Value[..127], 1]),
        }),
        Ak("Q21 modulus 0", FindingCode.AkMalformed, Rsa with { Unique = new BytesUnique(new byte[256]) }),
        Ak("Q21 e = 1", FindingCode.AkMalformed, Rsa with { Parameters = (RsaParameters)Rsa.Parameters with { Exponent = 1 } }),
        Ak("Q21 e even", FindingCode.AkMalformed, Rsa with { Parameters = (RsaParameters)Rsa.Parameters with { Exponent = 65_536 } }),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public Task An_attack_is_refused_with_its_reason(string attack) => All.Single(row => row.Name == attack).CheckAsync(scene);

    [Fact]
    public async Task K12_an_address_in_a_certificate_is_never_asked()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://{listener.LocalEndpoint}/issuer.der";
        var access = new AuthorityInformationAccess(AccessDescription.IdADCAIssuers, new GeneralName(GeneralName.UniformResourceIdentifier, address));
        using var tpm = new SoftwareTpm();
        var certificate = scene.Vendor.IssueEk(tpm.EkPair.Public, spec => spec with { Extensions = [(X509Extensions.AuthorityInfoAccess.Id, false, access)] });
        using var refused = await scene.BeginAsync(tpm.Request("curious", [certificate]));
        Assert.Contains("ek-certificate-untrusted", (await Answer.ProblemAsync(refused)).Findings!.Select(finding => finding.Code));
        using var taken = await scene.BeginAsync(tpm.Request("curious", [certificate, scene.Vendor.Intermediate]));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.False(listener.Pending());
    }

    private static EnrolmentAttack Ak(string name, FindingCode code, PublicArea ak) => Ak(name, code, TpmWire.ToSizedBytes(ak));

    private static EnrolmentAttack Ak(string name, FindingCode code, byte[] ak) => new(name, code, (_, _, request) => request with { AkPublic = ak });

    private static EnrolmentAttack Ek(string name, Func<PublicArea, PublicArea> change) => new(
        name, FindingCode.EkTemplateUnknown, (_, tpm, request) => request with { EkPublic = TpmWire.ToSizedBytes(change(tpm.EkPublic)) });

    private static EnrolmentAttack Chain(string name, FindingCode code) => new(name, code, (scene, tpm, request) => request with
    {
        EkCertificates = new ForgedChains(scene.Vendor, tpm.EkPair, scene.Clock.GetUtcNow()).Of(name[4..]),
    });

    private static EnrolmentAttack Real(string name, FindingCode code, string file) => new(name, code, (_, _, request) => request with { EkCertificates = File(file) });

    private static EnrolmentAttack RealAk(string name, FindingCode code, string file) => new(name, code, (_, _, request) => request with { AkCertificates = File(file) });

    private static IReadOnlyList<byte[]> File(string file) =>
        CertificateFile.TryRead(TestData.Bytes("ekcert", file), out var read, out var problem) ? read : throw new InvalidDataException(problem);

    private static EnrolmentAttack Host(string name, string hostName) => new(name, FindingCode.HostNameRefused, (_, _, request) => request with { HostName = hostName });
}
