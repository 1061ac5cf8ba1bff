using System.Buffers.Binary;
using System.Formats.Asn1;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Boot;
using Xunit;

namespace Shype.Attest.UnitTests.Sim;

/// <summary>The digest of a boot loader, held against those that its signers put into signed images.</summary>
public sealed class AuthenticodeTests
{
    public static TheoryData<string> SignedImages => [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
        .Where(file => Signature(File.ReadAllBytes(file)) is not null)
        .Select(file => Path.GetFileName(file))
        .Order()];

    [Fact]
    public void There_are_signed_images_to_check_against() => Assert.NotEmpty(SignedImages);

    [Theory]
    [MemberData(nameof(SignedImages))]
    public void The_digest_is_the_one_that_was_signed(string file)
    {
        var path = Path.Combine(AppContext.BaseDirectory, file);
        Assert.Equal(Convert.ToHexStringLower(SignedDigest(Signature(File.ReadAllBytes(path))!)), Convert.ToHexStringLower(MeasuredDigest(BootImage.FromFile(path))));
    }

    [Fact]
    public void Checksum_and_signature_do_not_change_it_and_everything_else_does()
    {
        var image = File.ReadAllBytes(typeof(AuthenticodeTests).Assembly.Location);
        var digest = MeasuredDigest(BootImage.FromBytes(image));
        var pe = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x3c));
        Assert.Equal(digest, MeasuredDigest(BootImage.FromBytes(Changed(image, pe + 24 + 64))));
        foreach (var at in (int[])[0x20, pe + 8, pe + 24 + 68, image.Length / 2, image.Length - 1])
        {
            Assert.NotEqual(digest, MeasuredDigest(BootImage.FromBytes(Changed(image, at))));
        }
    }

    [Theory]
    [InlineData("", "it ends within its DOS header")]
    [InlineData("7f454c46", "it ends within its DOS header")]
    public void What_is_no_image_is_refused_with_the_reason(string hex, string reason) =>
        Assert.Contains(reason, Assert.Throws<SimulatorException>(() => MeasuredDigest(BootImage.FromBytes(Convert.FromHexString(hex)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_cut_of_an_image_is_refused_or_measured_but_never_crashes()
    {
        var image = File.ReadAllBytes(typeof(AuthenticodeTests).Assembly.Location);
        for (var length = 0; length < 1024; length++)
        {
            Assert.Throws<SimulatorException>(() => MeasuredDigest(BootImage.FromBytes(image.AsMemory(0, length))));
        }
    }

    [Fact]
    public void Headers_that_lie_are_refused()
    {
        var image = File.ReadAllBytes(typeof(AuthenticodeTests).Assembly.Location);
        var pe = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x3c));
        foreach (var (at, value) in ((int, uint)[])[(0x3c, 0xffff_fff0), (pe + 24 + 60, 0xffff_ffff), (pe + 24 + 60, 0), (pe + 6, 0xffff_ffff)])
        {
            var lying = (byte[])image.Clone();
            BinaryPrimitives.WriteUInt32LittleEndian(lying.AsSpan(at), value);
            Assert.Throws<SimulatorException>(() => MeasuredDigest(BootImage.FromBytes(lying)));
        }
    }

    private static byte[] Changed(byte[] image, int at)
    {
        var changed = (byte[])image.Clone();
        changed[at] ^= 1;
        return changed;
    }

    private static byte[] MeasuredDigest(BootImage image)
    {
        var boot = new Platform(new PlatformOptions { BootLoader = image }).Describe([AlgorithmId.Sha256]);
        Assert.True(TcgEventLog.TryParse(boot.EventLog, out var log, out _));
        return log.Events.Single(measured => measured.Type == EventType.EfiBootServicesApplication).Digest(AlgorithmId.Sha256).ToArray();
    }

    // WIN_CERTIFICATE: length, revision, type, PKCS #7.
    private static byte[]? Signature(byte[] image)
    {
        var optional = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x3c)) + 24;
        var directories = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(optional)) == 0x20b ? 112 : 96;
        var at = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(optional + directories + 32));
        return at == 0 ? null : image[(at + 8)..(at + BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(at)))];
    }

    // SignedData.encapContentInfo: SpcIndirectDataContent { data, messageDigest { algorithm, digest } }.
    private static byte[] SignedDigest(byte[] signature)
    {
        var signed = new AsnReader(signature, AsnEncodingRules.BER).ReadSequence();
        signed.ReadObjectIdentifier();
        var data = signed.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        data.ReadInteger();
        data.ReadSetOf();
        var content = data.ReadSequence();
        Assert.Equal("1.3.6.1.4.1.311.2.1.4", content.ReadObjectIdentifier());
        var indirect = content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        indirect.ReadSequence();
        var digest = indirect.ReadSequence();
        Assert.Equal("2.16.840.1.101.3.4.2.1", digest.ReadSequence().ReadObjectIdentifier());
        return digest.ReadOctetString();
    }
}
