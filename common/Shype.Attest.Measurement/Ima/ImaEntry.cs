using System.Buffers.Binary;
using System.Text;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// One entry of an IMA list. Replay authenticates <see cref="Data"/> with all of its fields, and that it was extended; neither the template's name nor the PCR
/// that the list names, and not <see cref="TemplateHash"/>, which is a column of the list.
/// </summary>
/// <param name="Index">Place in the list, from 0.</param>
/// <param name="Offset">Byte offset in the list.</param>
/// <param name="Pcr">The PCR that it was extended into, as the list says it.</param>
/// <param name="TemplateHash">The list's SHA-1 column: of the template data, or zeros for a violation.</param>
/// <param name="Template">The layout.</param>
/// <param name="Data">The template data.</param>
/// <param name="IsBigEndian">The byte order of the lengths.</param>
public readonly record struct ImaEntry(
    int Index, int Offset, PcrIndex Pcr, ReadOnlyMemory<byte> TemplateHash, ImaTemplate Template, ReadOnlyMemory<byte> Data, bool IsBigEndian)
{
    /// <summary>
    /// Whether the kernel could not say what was read: a file open for writing was measured, or one that was measured is opened for writing (ToMToU). Its digest
    /// in the list is zeros, and ones were extended.
    /// </summary>
    public bool IsViolation => !TemplateHash.Span.ContainsAnyExcept((byte)0);

    /// <summary>The bytes of a field; false where the template has none.</summary>
    public bool TryGetField(ImaField field, out ReadOnlyMemory<byte> value)
    {
        var (at, fields) = (0, Template.Fields);
        for (var i = 0; i < fields.Count; i++)
        {
            var isBare = Template.IsLegacy && i == 0;
            var size = isBare ? LegacyDigestSize : (int)ReadLength(Data.Span[at..], IsBigEndian);
            at += isBare ? 0 : sizeof(uint);
            if (fields[i] == field)
            {
                value = Data.Slice(at, size);
                return true;
            }

            at += size;
        }

        value = default;
        return false;
    }

    /// <summary>The name as it was measured, without its NUL; empty where the template has none.</summary>
    public ReadOnlyMemory<byte> NameBytes
    {
        get
        {
            if (!TryGetField(ImaField.NameNg, out var name) && !TryGetField(ImaField.Name, out name))
            {
                return default;
            }

            return name.Length > 0 && name.Span[^1] == 0 ? name[..^1] : name;
        }
    }

    /// <summary>The name as text: a path, or "boot_aggregate", or what a buffer is. Not escaped.</summary>
    public string Name => Encoding.UTF8.GetString(NameBytes.Span);

    /// <summary>The digest of the file; false where the template has none, or none that can be read.</summary>
    public bool TryGetDigest(out ImaDigest digest)
    {
        foreach (var field in (ReadOnlySpan<ImaField>)[ImaField.DigestNg, ImaField.DigestNgV2, ImaField.Digest])
        {
            if (TryGetField(field, out var data))
            {
                return ImaDigest.TryRead(field, data, out digest);
            }
        }

        digest = default;
        return false;
    }

    /// <summary>The template hash of this content in one bank: what a kernel of 5.8 or later extends.</summary>
    public int HashContent(AlgorithmId bank, Span<byte> destination)
    {
        if (!Template.IsLegacy)
        {
            return bank.Hash(Data.Span, destination);
        }

        // ima_calc_field_array_hash: the name goes in without its length, padded with zeros.
        Span<byte> padded = stackalloc byte[LegacyDigestSize + MeasurementLimits.MaxImaShortNameBytes + 1];
        padded.Clear();
        Data.Span[..LegacyDigestSize].CopyTo(padded);
        Data.Span[(LegacyDigestSize + sizeof(uint))..].CopyTo(padded[LegacyDigestSize..]);
        return bank.Hash(padded, destination);
    }

    /// <summary>The fields that the extended digest covers: all of them, since it is over the whole template data; none of a violation.</summary>
    public IReadOnlyList<ImaField> Covered => IsViolation ? [] : Template.Fields;

    internal static uint ReadLength(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    internal const int LegacyDigestSize = 20;
}
