using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Files;

/// <summary>
/// The <c>serialized</c> format of tpm2-tools: its C structures in memory. A TPML_PCR_SELECTION with room for 16, a count, and so many TPML_DIGEST with room
/// for 8 each. Numbers are little-endian; what is behind a count or a size is whatever was in memory.
/// </summary>
internal static class SerializedPcrs
{
    /// <summary>TPML_DIGESTs in one file: 24 PCRs of 16 banks, eight at a time.</summary>
    public const int MaxLists = 48;

    public static bool TryRead(
        ReadOnlySpan<byte> file,
        [NotNullWhen(true)] out PcrSelectionList? selections,
        [NotNullWhen(true)] out List<byte[]>? digests,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        digests = null;
        if (!TryReadSelections(file, out selections, out problem))
        {
            return false;
        }

        var lists = BinaryPrimitives.ReadUInt32LittleEndian(file[SelectionsBytes..]);
        file = file[(SelectionsBytes + sizeof(uint))..];
        if (lists > MaxLists || file.Length != lists * DigestListBytes)
        {
            problem = new FileProblem($"{lists} lists of digests do not fill the {file.Length} bytes behind byte {SelectionsBytes + sizeof(uint)}");
            return false;
        }

        digests = [];
        for (; !file.IsEmpty; file = file[DigestListBytes..])
        {
            if (!TryReadDigests(file[..DigestListBytes], digests, out problem))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadSelections(
        ReadOnlySpan<byte> file,
        [NotNullWhen(true)] out PcrSelectionList? selections,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        selections = null;
        problem = null;
        var count = file.Length < SelectionsBytes + sizeof(uint) ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(file);
        if (count > WireLimits.MaxPcrSelections)
        {
            problem = new FileProblem("is neither a serialized nor a marshaled PCR file");
            return false;
        }

        var read = new PcrSelection[count];
        for (var i = 0; i < read.Length; i++)
        {
            var entry = file.Slice(sizeof(uint) + (i * SelectionBytes), SelectionBytes);
            var bank = (AlgorithmId)BinaryPrimitives.ReadUInt16LittleEndian(entry);
            var size = entry[2];
            if (bank.WireDigestSize() == 0 || size is 0 or > WireLimits.MaxPcrSelectBytes)
            {
                problem = new FileProblem($"selection {i}: bank 0x{(ushort)bank:x4} with a bitmap of {size} bytes");
                return false;
            }

            var mask = BinaryPrimitives.ReadUInt32LittleEndian(entry[3..]);
            read[i] = new PcrSelection(bank, size == sizeof(uint) ? mask : mask & ((1u << (8 * size)) - 1), size);
        }

        selections = new PcrSelectionList(read);
        return true;
    }

    private static bool TryReadDigests(ReadOnlySpan<byte> list, List<byte[]> digests, [NotNullWhen(false)] out FileProblem? problem)
    {
        problem = null;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(list);
        if (count > WireLimits.MaxDigestList)
        {
            problem = new FileProblem($"a list of {count} digests; {WireLimits.MaxDigestList} are allowed");
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            var entry = list.Slice(sizeof(uint) + (i * DigestBytes), DigestBytes);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(entry);
            if (size > WireLimits.MaxDigestBytes)
            {
                problem = new FileProblem($"a digest of {size} bytes; {WireLimits.MaxDigestBytes} are allowed");
                return false;
            }

            digests.Add(entry.Slice(sizeof(ushort), size).ToArray());
        }

        return true;
    }

    private const int SelectionBytes = 8;
    private const int SelectionsBytes = sizeof(uint) + (WireLimits.MaxPcrSelections * SelectionBytes);
    private const int DigestBytes = sizeof(ushort) + WireLimits.MaxDigestBytes;
    private const int DigestListBytes = sizeof(uint) + (WireLimits.MaxDigestList * DigestBytes);
}
