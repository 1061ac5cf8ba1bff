using System.Buffers.Binary;
using CsCheck;
using Shype.Attest.Isolation.Acm.Binary;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation.Acm;

public sealed class AcmBinaryTests
{
    private const string Vector = "xm-test_xm-test-security_policy__8c706ec28d.bin";

    [Fact]
    public void What_is_compiled_reads_back_as_the_same_tables()
    {
        PolicyGenerator.Policies.Sample(
            policy =>
            {
                var compiled = AcmBinary.Compile(policy, []);
                Assert.True(AcmBinary.TryRead(compiled.Encode(), out var read, out var problem), problem?.ToString());
                Assert.Equal(compiled.Encode(), read.Encode());
                Assert.Equal((policy.Name, policy.Version, false), (read.Name, read.XmlVersion, read.IsLiveDump));
                var ssids = SsidTable.Of(policy);
                foreach (var label in policy.VmLabels)
                {
                    var row = ssids.OfVm(label.Name)!.Value.Primary;
                    Assert.Equal(policy.HasTypeEnforcement ? label.SteTypes : [], read.SteRows?.TypesOf(row).Select(column => policy.SteTypes[column]) ?? []);
                    Assert.Equal(policy.HasChineseWall ? label.ChWallTypes : [], read.ChWallRows?.TypesOf(row).Select(column => policy.ChWallTypes[column]) ?? []);
                    Assert.Equal(label.Name, ssids.VmLabelOf(SsidRef.OfRow(row)));
                }

                foreach (var label in policy.ResourceLabels.Where(label => label.Name != "__UNLABELED__"))
                {
                    Assert.Equal([label.SteType], read.SteRows!.TypesOf(ssids.ResourceRow(label.Name)!.Value).Select(column => policy.SteTypes[column]));
                    Assert.Equal(label.Name, ssids.ResourceLabelOf(ssids.OfResource(label.Name)!.Value));
                }

                var sets = Enumerable.Range(0, read.ConflictSets?.Rows ?? 0).Select(row => string.Join('|', read.ConflictSets!.TypesOf(row).Select(column => policy.ChWallTypes[column])));
                Assert.Equal(policy.ConflictSets.Select(set => string.Join('|', set.Types)), sets);
            },
            iter: 500);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Older_versions_are_read_in_either_order_of_their_first_words(int version, bool magicFirst)
    {
        var current = TestData.Bytes("acm-vectors", Vector);
        Assert.True(AcmBinary.TryRead(Older(current, version, magicFirst), out var read, out var problem), problem?.ToString());
        Assert.Equal((version, false), (read.FormatVersion, read.IsLiveDump));
        Assert.True(AcmBinary.TryRead(current, out var expected, out _));
        Assert.Equal(version < 2 ? "" : "xm-test", read.Name);
        Assert.Equal(version < 3 ? null : expected.XmlVersion, read.XmlVersion);
        Assert.Equal(version < 4 ? [] : expected.XmlHash, read.XmlHash);
        Assert.Equal(expected.TablesDigest(), (read with { Name = "xm-test", XmlVersion = expected.XmlVersion }).TablesDigest());
    }

    [Fact]
    public void A_live_dump_is_the_file_that_was_loaded_whatever_its_heap_and_state_say()
    {
        var file = TestData.Bytes("acm-vectors", Vector);
        foreach (var garbage in (uint[])[0, 4, 0xdeadbeef, 0x0001debc])
        {
            var dump = LiveDump(file, garbage);
            Assert.True(AcmBinary.TryRead(dump, out var read, out var problem), problem?.ToString());
            Assert.True(read.IsLiveDump);
            Assert.NotEqual(file, dump);
            Assert.Equal(file, read.Encode());
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(76)]
    [InlineData(164)]
    public void A_version_word_that_no_compiler_writes_marks_a_dump_and_changes_nothing_else(int at)
    {
        var bytes = TestData.Bytes("acm-vectors", Vector);
        Write(bytes, at, 9);
        Assert.True(AcmBinary.TryRead(bytes, out var read, out var problem), problem?.ToString());
        Assert.True(read.IsLiveDump);
        Assert.Equal(TestData.Bytes("acm-vectors", Vector), read.Encode());
    }

    [Theory]
    [InlineData(0, 0x0001debdu, "magic")]
    [InlineData(8, 261u, "it says that it has 261 bytes")]
    [InlineData(12, 64u, "no version has it")]
    [InlineData(16, 15u, "no hypervisor loads it")]
    [InlineData(16, 3u, "no rule's code")]
    [InlineData(16, 2u, "the same rule twice")]
    [InlineData(16, 0u, "a secondary rule without a primary one")]
    [InlineData(20, 59u, "which is not between 60 and 260")]
    [InlineData(28, 261u, "which is not between 76 and 260")]
    [InlineData(32, 100_000_000u, "is no version of a policy")]
    [InlineData(60, 0u, "is said to have 0 bytes")]
    [InlineData(60, 13u, "is said to have 13 bytes")]
    [InlineData(60, 7u, "only NUL")]
    [InlineData(64, 0xff6d2d74u, "not UTF-8")]
    [InlineData(80, 2u, "this part has code 2")]
    [InlineData(84, 1025u, "at most 1024")]
    [InlineData(84, 1024u, "do not fit")]
    [InlineData(88, 5122u, "at most 5121")]
    [InlineData(92, 257u, "at most 256")]
    [InlineData(96, 35u, "do not fit between 36")]
    [InlineData(96, 0xfffffff0u, "do not fit")]
    [InlineData(100, 75u, "do not fit between 76")]
    [InlineData(104, 83u, "do not fit between 84")]
    [InlineData(112, 2u, "neither", true)]
    [InlineData(176, 8u, "left over")]
    public void What_no_compiler_writes_is_refused(int at, uint value, string reason, bool isCell = false)
    {
        var bytes = TestData.Bytes("acm-vectors", Vector);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);
        Assert.False(AcmBinary.TryRead(bytes, out _, out var problem));
        Assert.Contains(isCell ? "only 0 and 1" : reason, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_and_every_longer_file_is_refused()
    {
        var bytes = TestData.Bytes("acm-vectors", Vector);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(AcmBinary.TryRead(bytes.AsSpan(0, length), out _, out _));
        }

        Assert.False(AcmBinary.TryRead([.. bytes, 0], out _, out _));
    }

    [Fact]
    public void Mutated_bytes_never_throw_and_what_is_read_is_canonical()
    {
        var vectors = Directory.GetFiles(TestData.PathOf("acm-vectors", ""), "*.bin").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var mutations = Gen.Select(Gen.Int[0, vectors.Length - 1], Gen.Select(Gen.Int[0, 451], Gen.OneOf(Gen.Byte, Gen.Byte[0, 2])).Array[1, 6], Gen.Int[-40, 40]);
        mutations.Sample(
            (vector, changes, longer) =>
            {
                var bytes = vectors[vector].ToArray();
                Array.Resize(ref bytes, bytes.Length + longer);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), bytes.Length);
                foreach (var (at, value) in changes)
                {
                    bytes[at % bytes.Length] = value;
                }

                if (AcmBinary.TryRead(bytes, out var policy, out _))
                {
                    Assert.True(AcmBinary.TryRead(policy.Encode(), out var again, out var problem), problem?.ToString());
                    Assert.Equal(policy.Encode(), again.Encode());
                }
            },
            iter: 100_000);
    }

    /// <summary>By the history of the header: version 4 added the hash, 3 the XML's version, 2 the name; the order of the first words changed at Xen 3.2.</summary>
    private static byte[] Older(byte[] current, int version, bool magicFirst)
    {
        var header = version switch { 1 => 28, 2 => 32, 3 => 40, _ => 60 };
        var name = version == 1 ? 16 : 0;
        byte[] bytes = version == 1 ? [.. current.AsSpan(0, 12), .. current.AsSpan(16, 16), .. current.AsSpan(76)] : [.. current.AsSpan(0, header), .. current.AsSpan(60)];
        var shift = 60 - header + name;
        var codes = version == 1 ? 12 : 16;
        Write(bytes, magicFirst ? 4 : 0, (uint)version);
        Write(bytes, magicFirst ? 0 : 4, 0x0001debc);
        Write(bytes, 8, (uint)bytes.Length);
        if (version > 1)
        {
            Write(bytes, 12, (uint)header);
        }

        Write(bytes, codes + 4, (uint)(76 - shift));
        Write(bytes, codes + 12, (uint)(164 - shift));
        return bytes;
    }

    /// <summary>As ACMOP_getpolicy dumps: state behind the Chinese Wall's tables, garbage in version words and padding.</summary>
    private static byte[] LiveDump(byte[] file, uint garbage)
    {
        var dump = file.ToList();
        dump.InsertRange(164, [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
        var bytes = dump.ToArray();
        Write(bytes, 4, garbage);
        Write(bytes, 8, (uint)bytes.Length);
        Write(bytes, 28, 180);
        Write(bytes, 76, garbage);
        Write(bytes, 76 + 28, 84);
        Write(bytes, 76 + 32, 92);
        Write(bytes, 180, garbage);
        bytes[^1] = (byte)garbage;
        bytes[72] = bytes[73] = 0xAA;
        return bytes;
    }

    private static void Write(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);
}
