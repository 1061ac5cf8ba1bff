using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>Seeded mutations of lists and signatures: a value or a typed problem, never anything else; and no other bytes with the same PCR.</summary>
public sealed class ImaFuzzTests
{
    [Theory]
    [InlineData("tss_sml-ima-sig-sha256.bin")]
    [InlineData("tss_sml-ima-sha1.bin")]
    [InlineData("")]
    public void L10_mutated_lists_are_read_or_refused_and_never_another_list_with_the_same_value(string file)
    {
        var original = file.Length == 0 ? ImaListTests.Everything() : ImaLists.Bytes(file);
        var honest = ImaLists.Read(original);
        var random = new Random(file.Length);
        var (whole, broken) = (0, 0);
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = Mutate(original, random);
            var list = ImaLists.Read(bytes);
            Assert.InRange(list.Findings.Count, 0, MeasurementLimits.MaxFindings + 2);
            _ = list.Entries.Count(entry => entry.TryGetDigest(out _) && entry.Name.Length > 0);
            if (list.Findings.Any(finding => finding.Code is ImaFindingCode.Malformed or ImaFindingCode.Truncated))
            {
                broken++;
                continue;
            }

            whole++;
            // Content cannot change under the value that was quoted, whatever else about the entries is said to be.
            if (ImaLists.Pcr(list, AlgorithmId.Sha256) == ImaLists.Pcr(honest, AlgorithmId.Sha256))
            {
                Assert.Equal(honest.Entries.Select(Content), list.Entries.Where(entry => entry.Pcr == ImaPcr.Usual).Select(Content));
            }
        }

        Assert.True(whole > 0 && broken > 0, $"{whole} whole, {broken} broken: the mutations do not reach both");
    }

    [Fact]
    public void L10_mutated_printed_lists_are_read_or_refused()
    {
        var original = ImaLists.Bytes("charra_ascii_runtime_measurements")[..4_000];
        var random = new Random(11);
        for (var round = 0; round < 2_000; round++)
        {
            _ = ImaList.TryRead(Mutate(original, random), new(), out _, out _);
        }
    }

    [Fact]
    public void Random_bytes_are_values_or_problems()
    {
        var random = new Random(3);
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            _ = ImaList.TryRead(bytes, new(), out _, out _);
            _ = ImaSignature.TryRead(bytes, out _, out _);
            _ = ImaKey.TryRead(bytes, out _, out _);
        }
    }

    private static string Content(ImaEntry entry) => entry.IsViolation ? "violation" : entry.Template.IsLegacy + Convert.ToHexString(entry.Data.Span);

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        var at = random.Next(bytes.Length);
        switch (random.Next(5))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = random.Next(2) == 0 ? (byte)0xff : (byte)0;
                break;
            case 2 when at + 4 <= bytes.Length:
                BitConverter.TryWriteBytes(bytes.AsSpan(at), random.Next(2) == 0 ? uint.MaxValue : 0x7fff_ffff);
                break;
            case 3:
                bytes = bytes[..Math.Max(1, at)];
                break;
            default:
                bytes = [.. bytes[..at], .. bytes[(at / 2)..Math.Min(bytes.Length, (at / 2) + 32)], .. bytes[at..]];
                break;
        }

        return bytes;
    }
}
