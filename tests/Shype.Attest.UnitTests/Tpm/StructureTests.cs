using System.Buffers.Binary;
using CsCheck;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>What holds for every structure, whatever is in it.</summary>
public sealed class StructureTests
{
    public static TheoryData<string> Names => [.. StructureCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_is_read_back_to_the_same_bytes(string name)
    {
        var structure = Find(name);
        structure.Bytes.Sample(bytes =>
            bytes.AsSpan().SequenceEqual(structure.Read(bytes, false).Again) && bytes.AsSpan().SequenceEqual(structure.Read(Sized(bytes), true).Again));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Q03_a_byte_too_many_or_too_few_is_refused_and_named(string name)
    {
        var structure = Find(name);
        structure.Bytes.Sample(bytes =>
        {
            // A name and an ID object fill what they are in; a byte more or less is another one, if any.
            if (name is not ("TPM2B_NAME" or "TPMS_ID_OBJECT"))
            {
                var more = structure.Read([.. bytes, 0], false).Problem;
                Assert.Equal(bytes.Length, more!.Offset);
                Assert.Contains("left over", more.Problem, StringComparison.Ordinal);
                for (var length = 0; length < bytes.Length; length++)
                {
                    var less = structure.Read(bytes[..length], false).Problem;
                    Assert.NotNull(less);
                    Assert.InRange(less.Offset, 0, length);
                    Assert.NotEqual("", less.Member);
                }
            }

            var sized = Sized(bytes);
            Assert.NotNull(structure.Read([.. sized, 0], true).Problem);
            Assert.NotNull(structure.Read(sized[..^1], true).Problem);
        }, iter: 50);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Q22_mutated_bytes_are_read_to_the_same_bytes_or_refused_with_a_place(string name)
    {
        var structure = Find(name);
        var random = new Random(name.Length * 7919);
        var seeds = structure.Bytes.Array[40].Single(_ => true, "0N0XIzNsQ0O2");
        var (read, refused) = (0, 0);
        for (var round = 0; round < 4000; round++)
        {
            var bytes = Mutate(seeds[round % seeds.Length], random);
            var (again, problem) = structure.Read(bytes, false);
            if (again is not null)
            {
                read++;
                Assert.Equal(bytes, again);
            }
            else
            {
                refused++;
                Assert.InRange(problem!.Offset, 0, bytes.Length);
            }
        }

        Assert.True(read > 0 && refused > 0, $"{read} read, {refused} refused: the mutations do not reach both");
    }

    [Fact]
    public void Every_structure_of_the_codec_is_here()
    {
        var all = typeof(Attestation).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(Attestation).Namespace
            && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITpmStructure<>) && i.GenericTypeArguments[0] == type));
        Assert.Equal(all.Count(), StructureCase.All.Count);
    }

    private static StructureCase Find(string name) => StructureCase.All.Single(c => c.Name == name);

    private static byte[] Sized(byte[] bytes)
    {
        var sized = new byte[bytes.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(sized, (ushort)bytes.Length);
        bytes.CopyTo(sized, 2);
        return sized;
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = new List<byte>(original);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            switch (random.Next(5))
            {
                case 0 when bytes.Count > 0:
                    bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when bytes.Count > 0:
                    bytes[random.Next(Math.Min(bytes.Count, 24))] = (byte)random.Next(256);
                    break;
                case 2 when bytes.Count > 0:
                    bytes[random.Next(bytes.Count)] = random.Next(2) == 0 ? (byte)0 : (byte)0xff;
                    break;
                case 3 when bytes.Count > 0:
                    bytes.RemoveAt(random.Next(bytes.Count));
                    break;
                default:
                    bytes.Insert(random.Next(bytes.Count + 1), (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }
}
