using System.Formats.Cbor;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

public sealed class EvidenceTests
{
    [Fact]
    public void What_is_encoded_comes_back()
    {
        Assert.True(Evidence.TryDecode(Full().Encode(), out var read, out _));
        Assert.Equal("AAEC", Convert.ToBase64String(read.ChallengeNonce.Span));
        Assert.Equal(new byte[] { 3 }, read.QuoteAttest.ToArray());
        Assert.Equal(new byte[] { 4 }, read.QuoteSignature.ToArray());
        Assert.Equal(new byte[] { 5 }, read.AkName.ToArray());
        Assert.Equal(17UL, read.Log.FirstRecord);
        Assert.Equal(new byte[] { 6, 7 }, read.Log.Records.ToArray());
        Assert.Equal(new byte[] { 8 }, read.FirmwareLog!.Value.ToArray());
        Assert.Equal(new byte[] { 9 }, read.Policy!.Value.ToArray());
        Assert.Null(read.ImaLog);
        var pcr = Assert.Single(read.PcrValues);
        Assert.Equal(("sha256", 4), (pcr.Bank, pcr.Pcr));
        Assert.Equal(Full().Encode(), read.Encode());
    }

    [Fact]
    public void A_suffix_of_the_IMA_list_comes_back_with_its_place()
    {
        var evidence = Full() with { ImaLog = new ImaSuffix(4_711, new byte[] { 1, 2, 3 }) };
        Assert.True(Evidence.TryDecode(evidence.Encode(), out var read, out _));
        Assert.Equal(4_711UL, read.ImaLog!.Offset);
        Assert.Equal(new byte[] { 1, 2, 3 }, read.ImaLog.Entries.ToArray());
        Assert.Equal(evidence.Encode(), read.Encode());
    }

    [Fact]
    public void Every_cut_of_a_message_is_refused_with_member_and_offset()
    {
        var bytes = Full().Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(Evidence.TryDecode(bytes.AsMemory(0, length), out _, out var problem));
            Assert.InRange(problem.Offset, 0, length);
            Assert.NotEmpty(problem.Member);
        }
    }

    [Fact]
    public void Left_over_bytes_are_refused()
    {
        Assert.False(Evidence.TryDecode((byte[])[.. Full().Encode(), 0], out _, out var problem));
        Assert.Equal("1 bytes are left over", problem.Problem);
    }

    [Fact]
    public void A_part_over_its_limit_is_refused_with_the_limits_name()
    {
        var atLimit = Full() with { QuoteAttest = new byte[ProtocolLimits.MaxAttestBytes] };
        var above = Full() with { QuoteAttest = new byte[ProtocolLimits.MaxAttestBytes + 1] };
        Assert.True(Evidence.TryDecode(atLimit.Encode(), out _, out _));
        Assert.False(Evidence.TryDecode(above.Encode(), out _, out var problem));
        Assert.Equal(nameof(ProtocolLimits.MaxAttestBytes), problem.Limit);
    }

    [Fact]
    public void A_missing_quote_is_refused()
    {
        var writer = new CborWriter();
        writer.WriteStartMap(1);
        writer.WriteTextString("challenge");
        writer.WriteEncodedValue(Convert.FromHexString("82" + "781e" + Convert.ToHexString("application/vnd.shype.challenge"u8[..30]) + "4101"));
        writer.WriteEndMap();
        Assert.False(Evidence.TryDecode(writer.Encode(), out _, out var problem));
        Assert.Equal("quote", problem.Member);
    }

    internal static Evidence Full() => new()
    {
        ChallengeNonce = new byte[] { 0, 1, 2 },
        QuoteAttest = new byte[] { 3 },
        QuoteSignature = new byte[] { 4 },
        AkName = new byte[] { 5 },
        Log = new LogSuffix(17, new byte[] { 6, 7 }),
        FirmwareLog = new byte[] { 8 },
        Policy = new byte[] { 9 },
        PcrValues = [new PcrValue("sha256", 4, new byte[32])],
    };
}
