using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

public sealed class CmwJsonTests
{
    [Fact]
    public void Veraisons_collection_is_read()
    {
        Assert.True(CmwJson.TryDecode(TestData.Bytes("cmw", "collection-ok.json"), out var cmw, out var problem), problem?.ToString());
        var map = Assert.IsType<CmwMap>(cmw);
        Assert.All(map.Entries.Values, entry => Assert.False(Assert.IsType<CmwRecord>(entry).Value.IsEmpty));
        Assert.True(CmwJson.TryDecode(CmwJson.Encode(map), out var again, out _));
        Assert.Equal(map.Entries.Keys, Assert.IsType<CmwMap>(again).Entries.Keys);
    }

    [Fact]
    public void Evidence_in_JSON_is_the_same_evidence()
    {
        var host = VirtualHost.Boot();
        var evidence = host.Answer(new VirtualVerifier(host).Challenge());
        Assert.True(Cmw.TryDecode(evidence.Encode(), out var cmw, out _));
        Assert.True(CmwJson.TryDecode(CmwJson.Encode(cmw), out var json, out var problem), problem?.ToString());
        Assert.True(Evidence.TryRead(json, out var read, out problem), problem?.ToString());
        Assert.Equal(evidence.Encode(), read.Encode());
    }

    [Theory]
    [InlineData("{}", "a collection has at least one entry")]
    [InlineData("""{"__cmwc_t":"tag:x"}""", "a collection has at least one entry")]
    [InlineData("""{"a":["x/y","AA"],"a":["x/y","AA"]}""", "label 'a' appears twice")]
    [InlineData("""{"a":["x/y","AA"],"\u0061":["x/y","AA"]}""", "label 'a' appears twice")]
    [InlineData("""{"#1":["x/y","AA"]}""", "a text label does not start with '#'")]
    [InlineData("""["x/y"]""", "is not base64url without padding")]
    [InlineData("""["x/y","AA=="]""", "is not base64url without padding")]
    [InlineData("""["x/y","A+/A"]""", "is not base64url without padding")]
    [InlineData("""["x/y","AB"]""", "is not base64url without padding")]
    [InlineData("""["x/y","AA",0]""", "an indicator is 1 to 2^32-1; leave it out when unknown")]
    [InlineData("""["x/y","AA",4,5]""", "a record has 2 or 3 items")]
    [InlineData("""["x/y","AA",1.5]""", "an indicator is 1 to 2^32-1; leave it out when unknown")]
    [InlineData("""[65536,"AA"]""", "a media type or a content format is needed")]
    [InlineData("""[-1,"AA"]""", "a media type or a content format is needed")]
    [InlineData("[]", "a media type or a content format is needed")]
    [InlineData("1", "a record or a collection is needed")]
    [InlineData("", "is not JSON, or nested too deep")]
    [InlineData("""["x/y","AA"] x""", "is not JSON, or nested too deep")]
    [InlineData("""["x/y","AA"]["x/y","AA"]""", "is not JSON, or nested too deep")]
    [InlineData("""["\ud800","AA"]""", "is not JSON, or nested too deep")]
    [InlineData("""["x/y","AA",]""", "is not JSON, or nested too deep")]
    public void A_defect_is_refused(string json, string problem)
    {
        Assert.False(CmwJson.TryDecode(Encoding.UTF8.GetBytes(json), out _, out var found));
        Assert.Equal(problem, found.Problem);
    }

    [Fact]
    public void Nesting_and_number_are_bounded()
    {
        Assert.True(CmwJson.TryDecode(Nested(ProtocolLimits.MaxCmwDepth), out _, out _));
        Assert.False(CmwJson.TryDecode(Nested(ProtocolLimits.MaxCmwDepth + 1), out _, out var problem));
        Assert.Equal(nameof(ProtocolLimits.MaxCmwDepth), problem.Limit);
        Assert.False(CmwJson.TryDecode(Nested(100_000), out _, out _));
        Assert.True(CmwJson.TryDecode(Wide(ProtocolLimits.MaxCmwEntries), out _, out _));
        Assert.False(CmwJson.TryDecode(Wide(ProtocolLimits.MaxCmwEntries + 1), out _, out problem));
        Assert.Equal(nameof(ProtocolLimits.MaxCmwEntries), problem.Limit);
    }

    // The record is the last level, as in CBOR.
    private static byte[] Nested(int depth) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "[\"x/y\",\"AA\"]" + new string('}', depth - 1));

    private static byte[] Wide(int count) => Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"a{i}\":[\"x/y\",\"AA\"]")) + "}");
}
