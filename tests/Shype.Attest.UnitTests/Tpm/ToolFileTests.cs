using Shype.Attest.Testing;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>Files of tpm2-tools that are damaged, contradict themselves, or are something else.</summary>
public sealed class ToolFileTests
{
    private static readonly byte[] Multi = TestData.Bytes("swtpm", "ak_rsassa.multi.pcrs");

    [Fact]
    public void A_marshaled_PCR_file_says_the_same_as_the_serialized_one()
    {
        Assert.True(ToolPcrFile.TryRead(Multi, out var serialized, out _));
        var writer = new TpmWriter([]);
        serialized.Selections.Write(ref writer);
        var digests = serialized.Selections.Selections.SelectMany(s => s.Pcrs.Select(pcr => serialized.Value(s.Bank, pcr).ToArray())).Chunk(8).ToList();
        writer.WriteUInt32((uint)digests.Count);
        foreach (var list in digests)
        {
            new DigestList(list).Write(ref writer);
        }

        var file = writer.ToArray();
        Assert.True(ToolPcrFile.TryRead(file, out var marshaled, out var problem), problem?.Problem);
        Assert.Equal(serialized.Selections, marshaled.Selections);
        Assert.Equal(serialized.Value(AlgorithmId.Sha256, 14), marshaled.Value(AlgorithmId.Sha256, 14));
        Refused([.. file, 0], "PCR file at byte " + file.Length + ": 1 bytes are left over");
        Refused(file[..^1], "digest at byte");
    }

    [Fact]
    public void PCR_files_that_contradict_themselves_are_refused()
    {
        Refused([], "is neither a serialized nor a marshaled PCR file");
        Refused(Multi[..^1], "3 lists of digests do not fill");
        Refused([.. Multi, 0], "3 lists of digests do not fill");
        Refused(With(0, 17), "is neither");
        Refused(With(4, 5), "selection 0: bank 0x0005");
        Refused(With(6, 5), "with a bitmap of 5 bytes");
        Refused(With(6, 0), "with a bitmap of 0 bytes");
        Refused(With(7, 0x7f), "holds 19 values for 18 PCRs");
        Refused(With(132, 255), "255 lists of digests");
        Refused(With(136, 9), "a list of 9 digests");
        Refused(With(140, 65), "a digest of 65 bytes");
        Refused(With(140, 32), "PCR 0 of sha1 has 32 bytes");

        // The same bank once more: PCR 0 of sha256 would have two values (CVE-2024-29039).
        var twice = With(4, 0x0b);
        Refused(twice, "PCR 0 of sha256 has 20 bytes");
        var list = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0), PcrSelection.Of(AlgorithmId.Sha256, 0));
        Assert.False(ToolPcrFile.TryReadValues(new byte[64], list, out _, out var problem));
        Assert.Equal("PCR 0 of sha256 is there twice", problem.Problem);

        static byte[] With(int at, byte value)
        {
            var changed = (byte[])Multi.Clone();
            changed[at] = value;
            return changed;
        }
    }

    [Theory]
    [InlineData(31, "ends in the value 1 of 2")]
    [InlineData(63, "ends in the value 2 of 2")]
    [InlineData(64, null)]
    [InlineData(65, "1 bytes are left over behind the values of sha256:0,16")]
    public void Bare_values_fill_the_selection(int bytes, string? expected)
    {
        var read = ToolPcrFile.TryReadValues(new byte[bytes], PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 16)), out _, out var problem);
        Assert.Equal(expected is null, read);
        Assert.Equal(expected, problem?.Problem);
    }

    [Fact]
    public void Q17_a_composite_of_values_that_are_missing_or_of_another_size_is_none()
    {
        var selection = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 7));
        foreach (var size in (int[])[0, 20, 31, 33])
        {
            Assert.False(PcrComposite.TryDigest(AlgorithmId.Sha256, selection, size, static (s, _, pcr) => new byte[pcr == 7 ? s : 32], new byte[64], out _));
            Assert.Throws<ArgumentException>(() => PcrComposite.Digest(AlgorithmId.Sha256, selection, (_, pcr) => new byte[pcr == 7 ? size : 32]));
        }

        // More than fits on the stack: sixteen banks of 32 PCRs.
        var all = new PcrSelectionList([.. Enumerable.Repeat(new PcrSelection(AlgorithmId.Sha512, uint.MaxValue, 4), 16)]);
        Assert.Equal(AlgorithmId.Sha256.Hash(new byte[16 * 32 * 64]), PcrComposite.Digest(AlgorithmId.Sha256, all, (_, _) => new byte[64]));
    }

    [Fact]
    public void Keys_in_no_known_format_say_what_is_wrong()
    {
        Refused([], "type at byte 0: needs 2 bytes, 0 left");
        Refused(TestData.Bytes("swtpm", "ak_rsassa.quote.msg"), "type at byte 0: 0xff54 is not a type of object");
        Refused(TestData.Bytes("swtpm", "ak_rsassa.tpm2b_public")[..^1], "type at byte 0: 0x0118 is not a type of object");
        Refused([0x30, 0x00], "is not the DER of a SubjectPublicKeyInfo");
        Refused("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"u8.ToArray(), "is not one PEM block \"PUBLIC KEY\"");

        static void Refused(byte[] file, string expected)
        {
            Assert.False(ToolPublicKey.TryRead(file, out _, out var problem));
            Assert.Equal(expected, problem.Problem);
        }
    }

    [Fact]
    public void Credential_files_need_their_magic_and_version()
    {
        var file = TestData.Bytes("swtpm", "cred_rsa.blob");
        Refused([0, .. file[1..]], "magic at byte 0: is 0x00dcc0de, not 0xbadcc0de");
        Refused([.. file[..7], 2, .. file[8..]], "version at byte 4: is 0x00000002, not 0x00000001");
        Refused([.. file, 0], $"credential file at byte {file.Length}: 1 bytes are left over");
        Refused(file[..^1], "secret at byte 80: needs 256 bytes, 255 left");

        static void Refused(byte[] file, string expected)
        {
            Assert.False(ToolCredential.TryRead(file, out _, out var problem));
            Assert.Equal(expected, problem.Problem);
        }
    }

    public static TheoryData<string> Files => ["ak_rsassa.multi.pcrs", "ak_rsassa.tpm2b_public", "ak_ecdsa.tpm2b_public", "ak_ecdsa.pem", "cred_rsa.blob", "ak_ecdsa.sel.plain.sig", "ak_rsapss.quote.sig"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Q22_mutated_files_are_read_or_refused(string name)
    {
        var original = TestData.Bytes("swtpm", name);
        using var ecc = StrangersTests.Key("swtpm", "ak_ecdsa.tpm2b_public").Key;
        var random = new Random(name.Length * 7919);
        for (var round = 0; round < 1000; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 200))] = (byte)random.Next(256);
            }

            bytes = random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            _ = ToolPcrFile.TryRead(bytes, out _, out _);
            _ = ToolPcrFile.TryReadValues(bytes, PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 1)), out _, out _);
            _ = ToolCredential.TryRead(bytes, out _, out _);
            _ = ToolSignature.TryRead(bytes, out _, out _);
            if (ToolSignature.TryReadPlain(bytes, ecc, AlgorithmId.Sha256, out var signature, out _))
            {
                Assert.NotEqual(SignatureOutcome.Valid, ecc.Verify("other"u8, signature));
            }

            if (ToolPublicKey.TryRead(bytes, out var key, out _))
            {
                key.Key.Dispose();
            }
        }
    }

    private static void Refused(byte[] file, string expected)
    {
        Assert.False(ToolPcrFile.TryRead(file, out var pcrs, out var problem));
        Assert.Null(pcrs);
        Assert.Contains(expected, problem.Problem, StringComparison.Ordinal);
    }
}
