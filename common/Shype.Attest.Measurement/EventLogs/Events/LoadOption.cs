using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EFI_LOAD_OPTION (UEFI 2.10, 3.1.3): what a Boot#### names.</summary>
/// <param name="Active">LOAD_OPTION_ACTIVE.</param>
/// <param name="Description">Its name for people.</param>
/// <param name="Path">Its device path, as text.</param>
public sealed record LoadOption(bool Active, string Description, string Path)
{
    /// <summary>The numbers of a BootOrder, as they stand in names: "0001".</summary>
    public static IReadOnlyList<string> Order(ReadOnlySpan<byte> value)
    {
        var order = new string[value.Length / 2];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = BinaryPrimitives.ReadUInt16LittleEndian(value[(2 * i)..]).ToString("X4", CultureInfo.InvariantCulture);
        }

        return order;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(Active ? "" : "inactive ")}'{Description}' {Path}";

    internal static LoadOption? TryRead(ReadOnlyMemory<byte> value)
    {
        var data = value.Span;
        if (data.Length < 6)
        {
            return null;
        }

        var (attributes, pathLength) = (BinaryPrimitives.ReadUInt32LittleEndian(data), BinaryPrimitives.ReadUInt16LittleEndian(data[4..]));
        var end = 6;
        while (end + 1 < data.Length && (data[end] | data[end + 1]) != 0)
        {
            end += 2;
        }

        return end + 2 + pathLength <= data.Length
            ? new LoadOption((attributes & 1) != 0, Encoding.Unicode.GetString(data[6..end]), DevicePathText.Of(value.Slice(end + 2, pathLength)))
            : null;
    }
}
