using CsCheck;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

public sealed class CmwTests
{
    [Fact]
    public void Veraisons_collection_is_read()
    {
        Assert.True(Cmw.TryDecode(TestData.Bytes("cmw", "collection-cbor-ok.cbor"), out var cmw, out var problem), problem?.ToString());
        var map = Assert.IsType<CmwMap>(cmw);
        Assert.Equal(["#1", "#2", "s"], map.Entries.Keys);
        var first = Assert.IsType<CmwRecord>(map.Entries["#1"]);
        Assert.Equal("application/signed-corim+cbor", first.MediaType);
        Assert.Equal("D28443A10126A1", Convert.ToHexString(first.Value.Span));
        // RFC 9277 4.3: tag 1668576818 stands for content format 29884.
        Assert.Equal((ushort)29884, Assert.IsType<CmwRecord>(map.Entries["#2"]).ContentFormat);
        Assert.Equal((ushort)30001, Assert.IsType<CmwRecord>(map.Entries["s"]).ContentFormat);
    }

    [Fact]
    public void Veraisons_collection_with_mixed_labels_is_read()
    {
        Assert.True(Cmw.TryDecode(TestData.Bytes("cmw", "collection-cbor-mixed-keys.cbor"), out var cmw, out _));
        Assert.Equal(["string", "#1024"], Assert.IsType<CmwMap>(cmw).Entries.Keys);
    }

    [Theory]
    [InlineData("duplicate label", "A2616182004100616182004100", "label 'a' appears twice")]
    [InlineData("duplicate integer label", "A2018200410001820041 00", "label '#1' appears twice")]
    [InlineData("indefinite map", "BF6161820041 00FF", "indefinite lengths are not allowed")]
    [InlineData("indefinite array", "9F004100FF", "indefinite lengths are not allowed")]
    [InlineData("indefinite bytes", "82005F4100FF", "indefinite lengths are not allowed")]
    [InlineData("length in a longer form", "A16161820058 0100", "the number is not in its shortest form")]
    [InlineData("count in a longer form", "B8016161820041 00", "the number is not in its shortest form")]
    [InlineData("reserved length", "82005C", "the length is not well-formed")]
    [InlineData("invalid UTF-8", "A161FF82004100", "the text is not UTF-8")]
    [InlineData("empty collection", "A0", "a collection has at least one entry")]
    [InlineData("record of one", "8100", "a record has 2 or 3 items, 1 found")]
    [InlineData("indicator zero", "8300410000", "an indicator is 1 to 2^32-1; leave it out when unknown")]
    [InlineData("a float", "FB3FF0000000000000", "a record, a tag or a collection is needed")]
    [InlineData("past the end", "82005A7FFFFFFF00", "2147483647 bytes, 16777216 are allowed (MaxEvidenceBytes)")]
    [InlineData("four GiB of entries", "BAFFFFFFFF", "4294967295 items, 128 are allowed (MaxCmwEntries)")]
    [InlineData("more bytes than are left", "820058FF00", "needs 255 bytes, 1 left")]
    [InlineData("tag below the range", "DA6374010041 00", "tag 1668546816 names no content format")]
    [InlineData("trailing byte", "8200410000", "1 bytes are left over")]
    public void A_defect_is_refused(string defect, string hex, string problem)
    {
        Assert.False(Cmw.TryDecode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out _, out var found), defect);
        Assert.Equal(problem, found.Problem);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.True(Cmw.TryDecode(Nested(ProtocolLimits.MaxCmwDepth), out _, out _));
        Assert.False(Cmw.TryDecode(Nested(ProtocolLimits.MaxCmwDepth + 1), out _, out var problem));
        Assert.Equal(nameof(ProtocolLimits.MaxCmwDepth), problem.Limit);
        Assert.False(Cmw.TryDecode(Nested(10_000), out _, out _));
    }

    [Fact]
    public void The_number_of_entries_is_bounded()
    {
        Assert.True(Cmw.TryDecode(Wide(ProtocolLimits.MaxCmwEntries), out _, out _));
        Assert.False(Cmw.TryDecode(Wide(ProtocolLimits.MaxCmwEntries + 1), out _, out var problem));
        Assert.Equal(nameof(ProtocolLimits.MaxCmwEntries), problem.Limit);
    }

    [Fact]
    public void Changed_bytes_never_throw_and_what_is_accepted_encodes_to_as_many_bytes()
    {
        var good = EvidenceTests.Full().Encode();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            return !Cmw.TryDecode(bytes, out var cmw, out _) || cmw.Encode().Length == bytes.Length;
        });
    }

    private static byte[] Nested(int depth) => [.. Enumerable.Repeat<byte[]>([0xA1, 0x61, 0x61], depth - 1).SelectMany(b => b), 0x82, 0x00, 0x40];

    private static byte[] Wide(int count) =>
        [0xB8, (byte)count, .. Enumerable.Range(0, count).SelectMany(i => (byte[])[0x62, (byte)('a' + (i / 16)), (byte)('a' + (i % 16)), 0x82, 0x00, 0x40])];
}
