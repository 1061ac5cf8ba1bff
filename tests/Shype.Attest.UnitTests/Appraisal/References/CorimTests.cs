using System.Formats.Cbor;
using CsCheck;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.References.Corim;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.References;

/// <summary>CoRIMs of others, good and bad, and our own.</summary>
public sealed class CorimTests
{
    private static readonly PcrReference SomePcr = new()
    {
        Name = "board X, firmware 2", Pcr = 0, Digests = [new(MeasuredDigest.Sha256, new byte[32]), new(MeasuredDigest.Sha384, new byte[48])],
    };

    [Fact]
    public void Parsecs_CoRIM_gives_three_PCRs_in_two_banks_and_a_key_that_is_not_used()
    {
        Assert.True(CorimReader.TryRead(TestData.Bytes("corim", "corim-parsec-tpm-valid.cbor"), out var corim, out var problem), problem?.ToString());
        Assert.Equal(("00000000-0000-0000-6768-0000000000001", 0L, "Parsec", 1), (corim.Id, corim.Sequence, corim.Origin, corim.Unused));
        // As the hex dump of the file has them.
        Assert.Equal([0, 1, 2], corim.Content.Pcrs.Select(pcr => pcr.Pcr));
        Assert.All(corim.Content.Pcrs, pcr => Assert.Equal(["sha256", "sha384"], pcr.Digests.Select(digest => digest.Kind)));
        Assert.Equal("sha384:2107bbe761fca52d95136a1354db7a4dd57b1b26be0d3da71d9eb23986b34ba615abf6514cf35e5a9ea55a032d068a78", corim.Content.Pcrs[2].Digests[1].ToString());
        Assert.Equal("cd1f0e55-26f9-460d-b9d8-f7fde171787c", corim.Content.Pcrs[0].Name);
    }

    [Theory]
    [InlineData("corim-parsec-tpm-bad-no-pcr.cbor", "mkey")]
    [InlineData("corim-parsec-tpm-bad-no-digests.cbor", "mval")]
    [InlineData("corim-parsec-tpm-bad-multiple-keys.cbor", "2 keys for one attester")]
    [InlineData("corim-enacttrust-badta.cbor", "a tag is needed")]
    [InlineData("hirs_corim_expected_with_comid.cbor", "'https://testprofile' is not known")]
    public void A_CoRIM_that_breaks_its_profile_is_refused_for_that(string file, string reason)
    {
        Assert.False(CorimReader.TryRead(TestData.Bytes("corim", file), out _, out var problem));
        Assert.Contains(reason, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_back_whole()
    {
        var bundle = VirtualBundles.Bundle with
        {
            Content = VirtualReferences.With(document => document with { Description = "everything", Pcrs = [SomePcr, SomePcr with { Pcr = 7 }], DemandedPcrs = [0, 7] }),
            NotBefore = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000),
            NotAfter = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000),
        };
        var bytes = CorimWriter.Write(bundle);
        Assert.True(CorimReader.TryRead(bytes, out var corim, out var problem), problem?.ToString());
        Assert.Equal((bundle.Name, bundle.Sequence, bundle.Origin, bundle.NotBefore, bundle.NotAfter, 0),
            (corim.Id, corim.Sequence, corim.Origin, corim.NotBefore, corim.NotAfter, corim.Unused));
        Assert.Equal(ReferenceSet.Encode(bundle.Content.Document), ReferenceSet.Encode(corim.Content));
        Assert.Equal(bytes, CorimWriter.Write(bundle));
    }

    [Fact]
    public void Any_bundle_comes_back_as_it_was()
    {
        var digest = Gen.Byte.Array[32].Select(bytes => new MeasuredDigest(MeasuredDigest.Sha256, bytes));
        var name = Gen.String[Gen.Char['a', 'z'], 1, 20];
        var pcr = Gen.Select(name, Gen.Int[0, 23], digest, (who, number, value) => new PcrReference { Name = who, Pcr = number, Digests = [value] });
        var vm = Gen.Select(name, digest, Gen.Bool, (who, kernel, may) => new VmReference { Name = who, Kernel = kernel, MayBeMutable = may });
        Gen.Select(name, Gen.Long[0, int.MaxValue], pcr.Array[0, 5], vm.Array[0, 5]).Sample((who, sequence, pcrs, vms) =>
        {
            Assert.True(ReferenceSet.TryCreate(new() { Format = 1, Pcrs = pcrs, Vms = vms }, out var set, out _));
            Assert.True(CorimReader.TryRead(CorimWriter.Write(VirtualBundles.Bundle with { Name = who, Sequence = sequence, Content = set }), out var read, out var problem), problem?.ToString());
            Assert.Equal((who, sequence), (read.Id, read.Sequence));
            Assert.Equal(ReferenceSet.Encode(set.Document), ReferenceSet.Encode(read.Content));
        }, iter: 200);
    }

    [Fact]
    public void L17_a_changed_or_cut_CoRIM_is_read_or_refused_and_never_throws()
    {
        foreach (var bytes in (byte[][])[TestData.Bytes("corim", "corim-parsec-tpm-valid.cbor"), CorimWriter.Write(VirtualBundles.Bundle)])
        {
            for (var i = 0; i < Math.Min(bytes.Length, 1500); i++)
            {
                Assert.False(CorimReader.TryRead(bytes.AsMemory(0, i), out _, out var cut) && cut is null);
                foreach (var value in (byte[])[0x00, 0x1f, 0x5f, 0x7f, 0x9b, 0x9f, 0xbf, 0xd9, 0xf9, 0xff, (byte)(bytes[i] ^ 1)])
                {
                    var changed = bytes.ToArray();
                    changed[i] = value;
                    Assert.True(CorimReader.TryRead(changed, out var read, out var problem) ? read is not null : problem!.Problem.Length > 0);
                }
            }
        }
    }

    [Theory]
    [InlineData("L17 trailing bytes", "left over")]
    [InlineData("L17 nested too deep", nameof(AppraisalLimits.MaxCorimDepth))]
    [InlineData("L17 id twice", "duplicate")]
    [InlineData("L17 indefinite map", "indefinite")]
    [InlineData("L17 validity as a float", "not-after")]
    [InlineData("L17 no calendar reaches", "no calendar")]
    [InlineData("R16 name with a path", "id at byte")]
    public void A_CoRIM_that_is_hostile_is_refused_for_its_reason(string what, string reason)
    {
        var bytes = Hostile(what);
        Assert.False(CorimReader.TryRead(bytes, out _, out var problem), what);
        Assert.Contains(reason, $"{problem} {problem.Limit}", StringComparison.Ordinal);
    }

    [Fact]
    public void Two_digests_of_one_algorithm_or_a_condition_that_cannot_be_checked_refuse_the_whole()
    {
        var digest = new MeasuredDigest(MeasuredDigest.Sha256, new byte[32]);
        Assert.Contains("not two of one algorithm", Problem(Values(writer => Digests(writer, 2, digest, digest))), StringComparison.Ordinal);
        Assert.Contains("cannot compare", Problem(Values(writer =>
        {
            writer.WriteStartMap(2);
            writer.WriteInt32(1);
            writer.WriteInt32(5);
            writer.WriteInt32(14);
            Registers(writer, 0, digest);
            writer.WriteEndMap();
        })), StringComparison.Ordinal);
        Assert.Contains("PCRs, 0 to 23", Problem(Values(writer =>
        {
            writer.WriteStartMap(1);
            writer.WriteInt32(14);
            Registers(writer, 24, digest);
            writer.WriteEndMap();
        })), StringComparison.Ordinal);
        Assert.Contains("no value that this verifier can use", Problem(Values(writer => Digests(writer, 2, digest))), StringComparison.Ordinal);

        var good = Values(writer =>
        {
            writer.WriteStartMap(1);
            writer.WriteInt32(14);
            Registers(writer, 23, digest);
            writer.WriteEndMap();
        });
        Assert.True(CorimReader.TryRead(good, out var corim, out var problem), problem?.ToString());
        Assert.Equal(("board", 23), (corim.Content.Pcrs[0].Name, corim.Content.Pcrs[0].Pcr));

        static string Problem(byte[] bytes) => CorimReader.TryRead(bytes, out _, out var problem) ? "taken" : problem.ToString();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_number_of_tags_is_bounded(int over, bool good)
    {
        var comid = Comid(writer =>
        {
            writer.WriteStartMap(1);
            writer.WriteInt32(14);
            Registers(writer, 0, new MeasuredDigest(MeasuredDigest.Sha256, new byte[32]));
            writer.WriteEndMap();
        });
        Assert.Equal(good, CorimReader.TryRead(Corim("many", Enumerable.Repeat(comid, AppraisalLimits.MaxCorimTags + over)), out _, out _));
    }

    [Fact]
    public void The_size_is_bounded() => Assert.False(
        CorimReader.TryRead(new byte[AppraisalLimits.MaxBundleBytes + 1], out _, out var problem) || problem.Limit != nameof(AppraisalLimits.MaxBundleBytes));

    private static byte[] Hostile(string what) => what switch
    {
        "L17 trailing bytes" => [.. CorimWriter.Write(VirtualBundles.Bundle), 0],
        "L17 nested too deep" => [0xd9, 0x01, 0xf5, 0xa1, 0x09, .. Enumerable.Repeat((byte)0x81, 10_000), 0x00],
        "L17 id twice" => [0xd9, 0x01, 0xf5, 0xa2, 0x00, 0x61, (byte)'a', 0x00, 0x61, (byte)'b'],
        "L17 indefinite map" => [0xd9, 0x01, 0xf5, 0xbf, 0xff],
        "L17 validity as a float" => [0xd9, 0x01, 0xf5, 0xa1, 0x04, 0xa1, 0x01, 0xc1, 0xf9, 0x3c, 0x00],
        "L17 no calendar reaches" => [0xd9, 0x01, 0xf5, 0xa1, 0x04, 0xa1, 0x01, 0xc1, 0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        _ => CorimWriter.Write(VirtualBundles.Bundle with { Name = "../../etc/passwd" }),
    };

    private static byte[] Values(Action<CborWriter> value) => Corim("values", [Comid(value)]);

    private static byte[] Corim(string id, IEnumerable<byte[]> comids)
    {
        var all = comids.ToList();
        var writer = new CborWriter();
        writer.WriteTag((CborTag)501);
        writer.WriteStartMap(2);
        writer.WriteInt32(0);
        writer.WriteTextString(id);
        writer.WriteInt32(1);
        writer.WriteStartArray(all.Count);
        all.ForEach(comid => writer.WriteByteString(comid));
        writer.WriteEndArray();
        writer.WriteEndMap();
        return writer.Encode();
    }

    // One triple with one value, as the draft's table has it.
    private static byte[] Comid(Action<CborWriter> value)
    {
        var writer = new CborWriter();
        writer.WriteTag((CborTag)506);
        writer.WriteEncodedValue([0xa2, 0x01, 0xa1, 0x00, 0x61, (byte)'t', 0x04, .. Triples(value)]);
        return writer.Encode();
    }

    private static byte[] Triples(Action<CborWriter> value)
    {
        var writer = new CborWriter();
        writer.WriteStartMap(1);
        writer.WriteInt32(0);
        writer.WriteStartArray(1);
        writer.WriteStartArray(2);
        writer.WriteEncodedValue([0xa1, 0x00, 0xa1, 0x02, 0x65, .. "board"u8]);
        writer.WriteStartArray(1);
        writer.WriteStartMap(1);
        writer.WriteInt32(1);
        value(writer);
        writer.WriteEndMap();
        writer.WriteEndArray();
        writer.WriteEndArray();
        writer.WriteEndArray();
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static void Digests(CborWriter writer, int key, params ReadOnlySpan<MeasuredDigest> digests)
    {
        writer.WriteStartMap(1);
        writer.WriteInt32(key);
        writer.WriteStartArray(digests.Length);
        foreach (var digest in digests)
        {
            writer.WriteStartArray(2);
            writer.WriteInt32(1);
            writer.WriteByteString(digest.Value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndMap();
    }

    private static void Registers(CborWriter writer, int pcr, MeasuredDigest digest) => Digests(writer, pcr, digest);
}
