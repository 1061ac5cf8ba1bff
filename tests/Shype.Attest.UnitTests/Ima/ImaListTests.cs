using System.Buffers.Binary;
using System.Text;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;
using Xunit;
using static Shype.Attest.UnitTests.Ima.ImaLists;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>Lists as kernels write them: real ones, and one of every template.</summary>
public sealed class ImaListTests
{
    // The values of an independent replay (Python's hashlib, by hand after ima_crypto.c); evmctl agrees in the service tests.
    [Theory]
    [InlineData("charra_binary_runtime_measurements", 1650, "b9d6433e7b6f9d17ee6ae6bf42df902984df2dcd", "9842c6f3a154484c12df027b9becd4e7fe9590b9a877936504b079a7b894af56")]
    [InlineData("tss_sml-ima-sig-sha256.bin", 9, "b44019405884709ca410b0c30b48159d3a556622", "a7e76625386d3dc6248552e44a3b2b1bebb6f2ff3acc9bd220821ad22f7a9d6a")]
    public void A_real_list_replays_and_every_hash_in_it_is_that_of_its_content(string name, int entries, string sha1, string sha256)
    {
        var list = Read(Bytes(name));
        Assert.Equal(entries, list.Entries.Count);
        Assert.Equal(sha1, Pcr(list, AlgorithmId.Sha1));
        Assert.Equal(sha256, Pcr(list, AlgorithmId.Sha256));
        Assert.DoesNotContain(ImaFindingCode.TemplateHashMismatch, Codes(list));
        Assert.False(list.IsRefused);
    }

    [Theory]
    [InlineData("tss_sml-ima-ng-sha1.bin", 6, "ima-ng")]
    [InlineData("tss_sml-ima-sha1.bin", 12, "ima")]
    public void A_list_that_was_cut_while_it_was_copied_is_read_up_to_there(string name, int entries, string template)
    {
        var list = Read(Bytes(name));
        Assert.Equal(entries, list.Entries.Count);
        Assert.All(list.Entries, entry => Assert.Equal(template, entry.Template.Name));
        Assert.Equal([ImaFindingCode.Truncated], Codes(list));
    }

    [Theory]
    [InlineData("tss_sml-ima-ng-sha1-invalidated.bin")]
    [InlineData("tss_sml-ima-sha1-invalidated.bin")]
    public void L13_an_entry_of_zeros_is_a_violation_and_covers_nothing(string name)
    {
        var list = Read(Bytes(name));
        Assert.Contains(ImaFindingCode.Violation, Codes(list));
        Assert.All(list.Entries, entry => Assert.Empty(entry.Covered));
    }

    [Fact]
    public void L13_a_violation_extends_ones()
    {
        var list = Read(Bytes("tss_sml-ima-sha1-invalidated.bin"));
        foreach (var bank in ImaList.Banks)
        {
            var ones = Enumerable.Repeat((byte)0xff, bank.DigestSize()).ToArray();
            Assert.Equal(Convert.ToHexStringLower(bank.Hash([.. new byte[bank.DigestSize()], .. ones])), Pcr(list, bank));
        }
    }

    [Fact]
    public void A_printed_list_is_worth_what_the_binary_one_is()
    {
        var binary = Read(Bytes("charra_binary_runtime_measurements"));
        var printed = Read(Bytes("charra_ascii_runtime_measurements"));
        Assert.Empty(printed.Findings);
        Assert.Equal(1646, printed.Entries.Count);
        for (var i = 0; i < printed.Entries.Count; i++)
        {
            Assert.Equal(binary.Entries[i].Data.ToArray(), printed.Entries[i].Data.ToArray());
        }
    }

    [Fact]
    public void Every_template_is_read_field_by_field_printed_and_read_again()
    {
        var bytes = Everything();
        var list = Read(bytes);
        Assert.Equal(9, list.Entries.Count);
        Assert.DoesNotContain(ImaFindingCode.TemplateHashMismatch, Codes(list));
        Assert.All(list.Entries, entry => Assert.Equal(entry.Template.Fields, entry.Covered));
        Assert.Equal("verity:sha256:" + new string('3', 64), Digest(list.Entries[3]));
        Assert.Equal("/with two  spaces", list.Entries[2].Name);
        Assert.True(list.Entries[6].TryGetField(ImaField.Mode, out var mode));
        Assert.Equal(0x81ed, BinaryPrimitives.ReadUInt16LittleEndian(mode.Span));
        Assert.Equal(bytes, Convertible(Print(list)));
    }

    [Fact]
    public void The_lengths_of_a_big_endian_machine_are_read_and_hashed_in_its_order()
    {
        // The same list, every length turned round, as s390x writes it without ima_canonical_fmt.
        var list = Read(Swapped(Read(Bytes("tss_sml-ima-sig-sha256.bin"))));
        Assert.Equal(9, list.Entries.Count);
        Assert.All(list.Entries, entry => Assert.True(entry.IsBigEndian));
        Assert.Equal("/conf/arch.conf", list.Entries[6].Name);
        Assert.DoesNotContain(ImaFindingCode.TemplateHashMismatch, Codes(list));
        Assert.Equal(Convert.ToHexString(Swapped(list)), Convert.ToHexString(Convertible(Print(list))));
    }

    [Fact]
    public void L10_every_cut_is_refused_or_ends_between_two_entries()
    {
        var bytes = Everything();
        var ends = Read(bytes).Entries.Select(entry => entry.Offset).Append(bytes.Length).ToHashSet();
        for (var length = 1; length < bytes.Length; length++)
        {
            var list = Read(bytes.AsMemory(0, length));
            Assert.Equal(!ends.Contains(length), Codes(list).Any(code => code is ImaFindingCode.Malformed or ImaFindingCode.Truncated));
        }
    }

    [Theory]
    [InlineData(24, "entry 0 template name at byte 24: has 4294967295 bytes")]
    [InlineData(34, "entry 0 template data at byte 34: has 4294967295 bytes")]
    [InlineData(38, "entry 0 d-ng at byte 42: has 4294967295 bytes")]
    public void L10_a_length_past_the_end_names_entry_member_and_byte(int at, string problem)
    {
        var bytes = Bytes("charra_binary_runtime_measurements");
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), uint.MaxValue);
        var list = Read(bytes);
        Assert.StartsWith(problem, Assert.Single(list.Findings).Detail, StringComparison.Ordinal);
        Assert.True(list.IsRefused);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void L10_an_entry_at_its_limit_passes_and_one_byte_more_names_the_limit(int over, bool refused)
    {
        var writer = new ImaListWriter([AlgorithmId.Sha256]);
        writer.Add("unheard-of", new byte[MeasurementLimits.MaxImaEntryBytes - sizeof(uint) + over]);
        var list = Read(writer.ToArray());
        Assert.Equal(refused, Codes(list).Contains(ImaFindingCode.Malformed));
        Assert.Equal(refused, list.Findings.Any(finding => finding.Detail.Contains(nameof(MeasurementLimits.MaxImaEntryBytes), StringComparison.Ordinal)));
    }

    [Fact]
    public void L09_an_unknown_template_or_hash_is_named_and_replayed()
    {
        var (writer, tpm) = (new ImaListWriter([AlgorithmId.Sha256]), PcrBank.AtReset(AlgorithmId.Sha256));
        foreach (var digests in (IEnumerable<IReadOnlyList<BankDigest>>)
            [writer.Add("unheard-of", [1, 2, 3]), writer.Add("ima-ng", [.. "new512:"u8, 0, 1, 2], ImaListWriter.Name("/x"))])
        {
            tpm.Extend(ImaPcr.Usual, digests[0].Value.Span);
        }

        var list = Read(writer.ToArray());
        Assert.Contains(ImaFindingCode.UnknownTemplate, Codes(list));
        Assert.Contains(ImaFindingCode.UnknownAlgorithm, Codes(list));
        Assert.Equal(Convert.ToHexStringLower(tpm[ImaPcr.Usual]), Pcr(list, AlgorithmId.Sha256));
    }

    [Fact]
    public void L13_an_edited_hash_column_is_found_and_changes_no_PCR()
    {
        var bytes = Bytes("tss_sml-ima-sig-sha256.bin");
        var before = Pcr(Read(bytes), AlgorithmId.Sha256);
        bytes[5] ^= 1;
        var list = Read(bytes);
        Assert.Contains(list.Findings, finding => finding is { Code: ImaFindingCode.TemplateHashMismatch, Entry: 0 });
        Assert.True(list.IsRefused);
        Assert.Equal(before, Pcr(list, AlgorithmId.Sha256));
    }

    [Fact]
    public void L10_a_name_that_hides_something_behind_a_NUL_is_refused()
    {
        var writer = new ImaListWriter([AlgorithmId.Sha256]);
        writer.Add("ima-ng", ImaListWriter.Digest(AlgorithmId.Sha256, new byte[32]), [.. "/bin/good\0evil\0"u8]);
        Assert.Contains(ImaFindingCode.Malformed, Codes(Read(writer.ToArray())));
    }

    [Theory]
    [InlineData("10 zz", "list")]
    [InlineData("10 0000000000000000000000000000000000000000 ima-ng sha256:00 ", "entry 0 d-ng")]
    [InlineData("10 0000000000000000000000000000000000000000 ima-ng sha256:0 /x", "line 1 d-ng")]
    [InlineData("10 0000000000000000000000000000000000000000 what x", "line 1 template name")]
    [InlineData("10 0000000000000000000000000000000000000000 ima-ng", "line 1 template name")]
    public void A_printed_list_that_is_none_names_the_line(string text, string member)
    {
        if (ImaList.TryRead(Encoding.ASCII.GetBytes(text), new(), out var list, out var problem))
        {
            var finding = list.Findings.First(finding => finding.Code is ImaFindingCode.Malformed or ImaFindingCode.Truncated);
            Assert.Contains(member == "list" ? "entry 0" : member, finding.Detail, StringComparison.Ordinal);
        }
        else
        {
            Assert.StartsWith(member, problem.Member, StringComparison.Ordinal);
        }
    }

    private static string Digest(ImaEntry entry) => entry.TryGetDigest(out var digest) ? digest.ToString() : "";

    private static byte[] Convertible(string printed) =>
        ImaAscii.TryConvert(Encoding.UTF8.GetBytes(printed), out var binary, out var problem) ? binary : throw new InvalidOperationException(problem.ToString());

    internal static byte[] Everything()
    {
        var writer = new ImaListWriter([AlgorithmId.Sha256]);
        var d = ImaListWriter.Digest(AlgorithmId.Sha256, new byte[32]);
        byte[] v2 = [.. "ima:sha256:"u8, 0, .. Enumerable.Repeat((byte)0x22, 32)];
        byte[] verity = [.. "verity:sha256:"u8, 0, .. Enumerable.Repeat((byte)0x33, 32)];
        byte[] uid = [0xe8, 3, 0, 0], mode = [0xed, 0x81];
        writer.Add("ima-ng", d, ImaListWriter.Name("boot_aggregate"));
        writer.Add("ima-sig", d, ImaListWriter.Name("/signed"), [3, 2, 4, 1, 2, 3, 4, 0, 1, 9]);
        writer.Add("ima-ngv2", v2, ImaListWriter.Name("/with two  spaces"));
        writer.Add("ima-sigv2", verity, ImaListWriter.Name("/not signed"), []);
        writer.Add("ima-buf", ImaListWriter.Digest(AlgorithmId.Sha256, AlgorithmId.Sha256.Hash("key"u8)), ImaListWriter.Name(".ima"), [.. "key"u8]);
        writer.Add("ima-modsig", d, ImaListWriter.Name("/module.ko"), [], d, [0x30, 0x00]);
        writer.Add("evm-sig", d, ImaListWriter.Name("/evm"), [5, 2], [.. "security.ima|security.selinux\0"u8], [1, 0, 0, 0, 2, 0, 0, 0], [7, 8, 9], uid, uid, mode);
        writer.Add("d-ng|n-ng|iuid|imode", d, ImaListWriter.Name("/custom"), uid, mode);
        writer.Add("d|n", [.. new byte[20]], ImaListWriter.Name("/sha1"));
        return writer.ToArray();
    }

    // seq_file's text of ima_ascii_measurements_show.
    private static string Print(ImaList list)
    {
        var text = new StringBuilder();
        foreach (var entry in list.Entries)
        {
            text.Append($"{entry.Pcr.Value,2} {Convert.ToHexStringLower(entry.TemplateHash.Span)} {entry.Template.Name}");
            foreach (var field in entry.Template.Fields)
            {
                Assert.True(entry.TryGetField(field, out var value));
                text.Append(' ').Append(field switch
                {
                    _ when value.IsEmpty => "",
                    ImaField.Name or ImaField.NameNg or ImaField.XattrNames => Encoding.UTF8.GetString(value.Span[..^1]),
                    ImaField.DigestNg or ImaField.DigestNgV2 or ImaField.ModsigDigest =>
                        Encoding.ASCII.GetString(value.Span[..value.Span.IndexOf((byte)0)]) + Convert.ToHexStringLower(value.Span[(value.Span.IndexOf((byte)0) + 1)..]),
                    ImaField.Uid or ImaField.Gid => BinaryPrimitives.ReadUInt32LittleEndian(value.Span).ToString(),
                    ImaField.Mode => BinaryPrimitives.ReadUInt16LittleEndian(value.Span).ToString(),
                    _ => Convert.ToHexStringLower(value.Span),
                });
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static byte[] Swapped(ImaList list)
    {
        var bytes = new List<byte>();
        foreach (var entry in list.Entries)
        {
            var data = new List<byte>();
            foreach (var field in entry.Template.Fields)
            {
                Assert.True(entry.TryGetField(field, out var value));
                data.AddRange([.. Big(value.Length), .. value.ToArray()]);
            }

            var hash = entry.IsBigEndian ? entry.TemplateHash.ToArray() : AlgorithmId.Sha1.Hash([.. data]);
            var name = Encoding.ASCII.GetBytes(entry.Template.Name);
            bytes.AddRange([.. Big(entry.Pcr.Value), .. hash, .. Big(name.Length), .. name, .. Big(data.Count), .. data]);
        }

        return [.. bytes];
    }

    private static byte[] Big(int value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
