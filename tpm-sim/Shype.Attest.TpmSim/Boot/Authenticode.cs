using System.Buffers.Binary;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>
/// The digest that firmware takes of a PE image (Windows Authenticode Portable Executable Signature Format 1.0, "Calculating the PE Image Hash"): everything
/// but the checksum, the certificate table's entry and the certificates, so that signing an image does not change it.
/// </summary>
internal static class Authenticode
{
    public static IReadOnlyList<BankDigest> Digest(BootImage image, IReadOnlyList<AlgorithmId> banks)
    {
        using var stream = image.Open();
        try
        {
            var layout = Layout.Read(stream);
            using var hashes = new BankHashes(banks);
            foreach (var (start, length) in layout.Hashed)
            {
                stream.Position = start;
                if (hashes.Append(stream, length) != length)
                {
                    throw new InvalidDataException("it became shorter while it was read");
                }
            }

            return hashes.Finish();
        }
        catch (Exception refused) when (refused is InvalidDataException or IOException)
        {
            throw new SimulatorException($"{image} is not a PE image, as firmware starts them: {refused.Message}", refused);
        }
    }

    private sealed record Layout(IReadOnlyList<(long Start, long Length)> Hashed)
    {
        public static Layout Read(Stream stream)
        {
            var size = stream.Length;
            Span<byte> start = stackalloc byte[DosHeaderBytes];
            Fill(stream, 0, start, "DOS header");
            var pe = (long)BinaryPrimitives.ReadUInt32LittleEndian(start[0x3c..]);
            Require(start[..2].SequenceEqual("MZ"u8), "it does not begin with MZ");

            Span<byte> headers = stackalloc byte[CoffHeaderBytes + OptionalHeaderBytes];
            Fill(stream, pe, headers, "PE header");
            Require(headers[..4].SequenceEqual("PE\0\0"u8), $"there is no PE signature at {pe}");
            var sections = BinaryPrimitives.ReadUInt16LittleEndian(headers[6..]);
            var optionalSize = BinaryPrimitives.ReadUInt16LittleEndian(headers[20..]);
            var optional = headers[CoffHeaderBytes..];
            var directories = BinaryPrimitives.ReadUInt16LittleEndian(optional) switch
            {
                0x10b => 96,
                0x20b => 112,
                var magic => throw new InvalidDataException($"its optional header is of kind {magic:x4}"),
            };
            var sizeOfHeaders = (long)BinaryPrimitives.ReadUInt32LittleEndian(optional[60..]);
            var checksum = pe + CoffHeaderBytes + 64;
            var certificates = pe + CoffHeaderBytes + directories + (4 * 8);
            var certificateBytes = (long)BinaryPrimitives.ReadUInt32LittleEndian(optional[(directories + (4 * 8) + 4)..]);
            Require(sections <= MaxSections, $"it has {sections} sections, {MaxSections} are allowed");
            Require(certificates + 8 <= sizeOfHeaders && sizeOfHeaders <= size && certificateBytes <= size - sizeOfHeaders, "its headers contradict its length");

            List<(long Start, long Length)> hashed = [(0, checksum), (checksum + 4, certificates - checksum - 4), (certificates + 8, sizeOfHeaders - certificates - 8)];
            var total = sizeOfHeaders;
            foreach (var section in Sections(stream, pe + CoffHeaderBytes + optionalSize, sections))
            {
                Require(section.Start <= size - section.Length, $"it ends within its section at {section.Start}");
                hashed.Add(section);
                total += section.Length;
            }

            Require(total <= size - certificateBytes, "its sections overlap");
            hashed.Add((total, size - certificateBytes - total));
            return new Layout(hashed);
        }

        private static IEnumerable<(long Start, long Length)> Sections(Stream stream, long table, int count)
        {
            var entries = new byte[count * SectionBytes];
            Fill(stream, table, entries, "section table");
            return Enumerable.Range(0, count)
                .Select(i => entries.AsSpan(i * SectionBytes).ToArray())
                .Select(entry => (Start: (long)BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(20)), Length: (long)BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(16))))
                .Where(section => section.Length > 0)
                .OrderBy(section => section.Start);
        }

        private static void Fill(Stream stream, long at, Span<byte> buffer, string what)
        {
            Require(at <= stream.Length - buffer.Length, $"it ends within its {what}");
            stream.Position = at;
            stream.ReadExactly(buffer);
        }

        private static void Require(bool holds, string problem)
        {
            if (!holds)
            {
                throw new InvalidDataException(problem);
            }
        }
    }

    private const int DosHeaderBytes = 64;
    private const int CoffHeaderBytes = 24;
    // Up to and with the entry of the certificate table in the larger of the two forms.
    private const int OptionalHeaderBytes = 112 + (5 * 8);
    private const int SectionBytes = 40;
    // The Windows loader's bound.
    private const int MaxSections = 96;
}
