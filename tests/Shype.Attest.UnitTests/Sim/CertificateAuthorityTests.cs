using System.Runtime.Versioning;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.X509;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Testing;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Manufacturing;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Sim;

/// <summary>The simulator's vendor: what its certificates say, and how it keeps its keys.</summary>
[SupportedOSPlatform("linux")]
public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 16, 30, 0, TimeSpan.Zero);
    private static readonly ChipIdentity Chip = new(0x49424d00, "SW TPM", 0x20191023, 0, 164);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_endorsement_key_certificate_says_what_the_profile_demands()
    {
        var authority = Open();
        var certificate = Parse(authority.IssueEk(EccKey, Chip, new byte[] { 0x0a, 0x01 }));

        Assert.Equal(3, certificate.Version);
        Assert.Equal("", certificate.SubjectDN.ToString());
        Assert.Equal("a01", certificate.SerialNumber.ToString(16));
        Assert.Equal(Parse(authority.Intermediate).SubjectDN, certificate.IssuerDN);
        Assert.Equal(new DateTime(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc), certificate.NotBefore);
        Assert.Equal(Parse(authority.Intermediate).NotAfter, certificate.NotAfter);
        Assert.Equal(
            ["2.5.29.15", "2.5.29.17", "2.5.29.19"],
            certificate.GetCriticalExtensionOids().Order());
        Assert.Equal(-1, certificate.GetBasicConstraints());
        Assert.Equal(["2.23.133.8.1"], certificate.GetExtendedKeyUsage().Select(usage => usage.Id));
        Assert.Equal(
            SubjectKeyIdentifier.GetInstance(Parse(authority.Intermediate).GetExtensionParsedValue(X509Extensions.SubjectKeyIdentifier)).GetKeyIdentifier(),
            AuthorityKeyIdentifier.GetInstance(certificate.GetExtensionParsedValue(X509Extensions.AuthorityKeyIdentifier)).KeyIdentifier.GetOctets());
    }

    [Fact]
    public void Its_names_are_three_RDNs_of_the_TCGs_attributes_in_UTF8()
    {
        var certificate = Parse(Open().IssueEk(EccKey, Chip, new byte[] { 1 }));
        var names = GeneralNames.GetInstance(certificate.GetExtensionParsedValue(X509Extensions.SubjectAlternativeName)).GetNames();

        var directory = Assert.Single(names);
        Assert.Equal(GeneralName.DirectoryName, directory.TagNo);
        var attributes = Asn1Sequence.GetInstance(directory.Name.ToAsn1Object()).Select(rdn => Asn1Sequence.GetInstance(Assert.Single(Asn1Set.GetInstance(rdn)))).ToArray();
        Assert.Equal(["2.23.133.2.1", "2.23.133.2.2", "2.23.133.2.3"], attributes.Select(attribute => DerObjectIdentifier.GetInstance(attribute[0]).Id));
        Assert.Equal(["id:49424D00", "SW TPM", "id:20191023"], attributes.Select(attribute => Assert.IsType<DerUtf8String>(attribute[1]).GetString()));
    }

    [Fact]
    public void It_names_the_specification_that_the_TPM_follows()
    {
        var certificate = Parse(Open().IssueEk(EccKey, Chip, new byte[] { 1 }));
        var attribute = Asn1Sequence.GetInstance(Assert.Single(Asn1Sequence.GetInstance(certificate.GetExtensionParsedValue(X509Extensions.SubjectDirectoryAttributes))));

        Assert.Equal("2.23.133.2.16", DerObjectIdentifier.GetInstance(attribute[0]).Id);
        var specification = Asn1Sequence.GetInstance(Assert.Single(Asn1Set.GetInstance(attribute[1])));
        Assert.Equal("2.0", DerUtf8String.GetInstance(specification[0]).GetString());
        Assert.Equal([0, 164], specification.Skip(1).Select(number => DerInteger.GetInstance(number).IntValueExact));
    }

    [Fact]
    public void An_RSA_key_enciphers_keys_and_an_elliptic_one_agrees_on_them()
    {
        var authority = Open();
        Assert.Equal([KeyEncipherment], Usages(authority.IssueEk(RsaKey, Chip, new byte[] { 1 })));
        Assert.Equal([KeyAgreement], Usages(authority.IssueEk(EccKey, Chip, new byte[] { 2 })));
    }

    [Fact]
    public void The_verifiers_own_check_accepts_both_kinds_with_the_root_as_anchor()
    {
        var authority = Open();
        var policy = new EkCertificatePolicy { Anchors = [authority.Root.ToArray()] };
        foreach (var certificate in (byte[][])[authority.IssueEk(RsaKey, Chip, new byte[] { 1 }), authority.IssueEk(EccKey, Chip, new byte[] { 2 })])
        {
            var verdict = EkCertificateCheck.Check([certificate, authority.Intermediate.ToArray()], policy, Now);
            Assert.Empty(verdict.Findings);
        }
    }

    [Fact]
    public void Another_authoritys_root_does_not_stand_behind_them()
    {
        var authority = Open();
        var other = Open("other");
        var verdict = EkCertificateCheck.Check(
            [authority.IssueEk(EccKey, Chip, new byte[] { 1 }), authority.Intermediate.ToArray()], new EkCertificatePolicy { Anchors = [other.Root.ToArray()] }, Now);
        Assert.Equal(FindingCode.EkCertificateUntrusted, Assert.Single(verdict.Findings).Code);
    }

    [Fact]
    public void Authorities_may_sign_certificates_and_nothing_else()
    {
        var authority = Open();
        var (root, intermediate) = (Parse(authority.Root), Parse(authority.Intermediate));
        Assert.Equal((1, 0), (root.GetBasicConstraints(), intermediate.GetBasicConstraints()));
        Assert.All((X509Certificate[])[root, intermediate], certificate => Assert.Equal([KeyCertSign, CrlSign], Usages(certificate.GetEncoded())));
        intermediate.Verify(root.GetPublicKey());
    }

    [Fact]
    public void It_is_made_once_and_loaded_afterwards()
    {
        var made = Open();
        var loaded = Open();
        Assert.Equal(made.Root.ToArray(), loaded.Root.ToArray());
        Assert.Equal(made.Intermediate.ToArray(), loaded.Intermediate.ToArray());
        Parse(loaded.IssueEk(EccKey, Chip, new byte[] { 1 })).Verify(Parse(made.Intermediate).GetPublicKey());
    }

    [Fact]
    public void Only_the_owner_may_read_its_keys_and_everybody_its_certificates()
    {
        Open();
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(owner, File.GetUnixFileMode(InCa("root.key")));
        Assert.Equal(owner, File.GetUnixFileMode(InCa("intermediate.key")));
        Assert.Equal(owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(InCa("root.pem")));
    }

    [Fact]
    public void A_serial_number_is_given_once_and_a_copy_is_kept()
    {
        var authority = Open();
        var issued = authority.IssueEk(EccKey, Chip, new byte[] { 0x0a, 0x01 });
        Assert.Equal(issued, Parse(File.ReadAllBytes(Path.Combine(authority.IssuedFolder, "0a01.pem"))).GetEncoded());
        var refused = Assert.Throws<SimulatorException>(() => Open().IssueEk(RsaKey, Chip, new byte[] { 0x0a, 0x01 }));
        Assert.Equal("this authority issued serial number 0a01 before: take another one", refused.Message);
    }

    [Theory]
    [InlineData("root.key")]
    [InlineData("root.pem")]
    [InlineData("intermediate.key")]
    [InlineData("intermediate.pem")]
    public void A_missing_file_is_named_and_nothing_is_made_anew(string file)
    {
        Open();
        File.Delete(InCa(file));
        Assert.Contains($"{InCa(file)} is missing", Assert.Throws<SimulatorException>(() => Open()).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(InCa(file)));
    }

    [Theory]
    [InlineData("root.key")]
    [InlineData("intermediate.key")]
    public void A_key_that_others_may_read_is_refused(string file)
    {
        Open();
        File.SetUnixFileMode(InCa(file), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal($"{InCa(file)} is a private key that others may read: chmod 600 {InCa(file)}", Assert.Throws<SimulatorException>(() => Open()).Message);
    }

    [Fact]
    public void Keys_that_were_swapped_are_noticed()
    {
        Open();
        (byte[] root, byte[] intermediate) = (File.ReadAllBytes(InCa("root.key")), File.ReadAllBytes(InCa("intermediate.key")));
        File.WriteAllBytes(InCa("root.key"), intermediate);
        File.WriteAllBytes(InCa("intermediate.key"), root);
        Assert.Equal($"{InCa("root.key")} is not the key of {InCa("root.pem")}", Assert.Throws<SimulatorException>(() => Open()).Message);
    }

    [Theory]
    [InlineData("root.pem")]
    [InlineData("intermediate.key")]
    public void Rubbish_is_refused_with_the_file(string file)
    {
        Open();
        File.WriteAllText(InCa(file), "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n");
        Assert.Contains(InCa(file), Assert.Throws<SimulatorException>(() => Open()).Message, StringComparison.Ordinal);
    }

    private static byte[] EccKey { get; } = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(VirtualVendor.NewEcKey().Public).GetDerEncoded();

    private static byte[] RsaKey { get; } = NewRsaKey();

    private static byte[] NewRsaKey()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        return key.ExportSubjectPublicKeyInfo();
    }

    private CertificateAuthority Open(string name = "ca") => CertificateAuthority.Open(_folder.File(name), new StoppedClock());

    private string InCa(string file) => Path.Combine(_folder.File("ca"), file);

    private static X509Certificate Parse(ReadOnlyMemory<byte> certificate) => new X509CertificateParser().ReadCertificate(certificate.ToArray());

    private static int[] Usages(byte[] certificate) => [.. Parse(certificate).GetKeyUsage().Index().Where(bit => bit.Item).Select(bit => bit.Index)];

    // RFC 5280, 4.2.1.3.
    private const int KeyEncipherment = 2;
    private const int KeyAgreement = 4;
    private const int KeyCertSign = 5;
    private const int CrlSign = 6;

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
