using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>Device paths as the UEFI specification writes them (UEFI 2.10, 10.6): bounded, node by node, without recursion.</summary>
public static class DevicePathText
{
    /// <summary>The text; a node that is not known is Path(type,subtype,hex), and what cannot be read ends it with an ellipsis.</summary>
    public static string Of(ReadOnlyMemory<byte> path)
    {
        var rest = path.Span;
        var text = new StringBuilder();
        for (var nodes = 0; rest.Length > 0; nodes++)
        {
            // EFI_DEVICE_PATH_PROTOCOL: type, subtype, length with these four bytes.
            var length = rest.Length < 4 ? 0 : UInt16(rest[2..]);
            if (length < 4 || length > rest.Length || nodes == MeasurementLimits.MaxDevicePathNodes)
            {
                return text.Append('…').ToString();
            }

            var (type, subtype) = (rest[0], rest[1]);
            var data = rest[4..length];
            rest = rest[length..];
            if (type == EndType)
            {
                if (subtype == EndOfAll)
                {
                    break;
                }

                text.Append(',');
                continue;
            }

            if (text.Length > 0 && text[^1] is not (',' or '/'))
            {
                text.Append('/');
            }

            text.Append(Node(type, subtype, data));
        }

        return text.ToString();
    }

    private static string Node(byte type, byte subtype, ReadOnlySpan<byte> data) => (type, subtype, data.Length) switch
    {
        (1, 1, 2) => $"Pci(0x{data[1]:x},0x{data[0]:x})",
        (1, 3, 20) => $"MemoryMapped(0x{UInt32(data):x},0x{UInt64(data[4..]):x},0x{UInt64(data[12..]):x})",
        (1, 4, >= 16) => $"VenHw({new Guid(data[..16])})",
        (2, 1, 8) => Acpi(UInt32(data), UInt32(data[4..])),
        (3, 2, 4) => $"Scsi(0x{UInt16(data):x},0x{UInt16(data[2..]):x})",
        (3, 5, 2) => $"USB(0x{data[0]:x},0x{data[1]:x})",
        (3, 11, 33) => $"MAC({Convert.ToHexStringLower(data[..6])},0x{data[32]:x})",
        (3, 12, _) => "IPv4()",
        (3, 13, _) => "IPv6()",
        (3, 18, 6) => $"Sata(0x{UInt16(data):x},0x{UInt16(data[2..]):x},0x{UInt16(data[4..]):x})",
        (3, 23, 12) => $"NVMe(0x{UInt32(data):x},{string.Join('-', data[4..].ToArray().Reverse().Select(b => b.ToString("X2", CultureInfo.InvariantCulture)))})",
        (3, 24, _) => $"Uri({Encoding.ASCII.GetString(data)})",
        (4, 1, 38) => HardDrive(data),
        (4, 2, 20) => $"CDROM(0x{UInt32(data):x},0x{UInt64(data[4..]):x},0x{UInt64(data[12..]):x})",
        (4, 3, >= 16) => $"VenMedia({new Guid(data[..16])})",
        (4, 4, _) => Encoding.Unicode.GetString(data[..(data.Length & ~1)]).TrimEnd('\0'),
        (4, 6, 16) => $"FvFile({new Guid(data)})",
        (4, 7, 16) => $"Fv({new Guid(data)})",
        (4, 8, 20) => $"Offset(0x{UInt64(data[4..]):x},0x{UInt64(data[12..]):x})",
        _ => $"Path({type},{subtype},{Convert.ToHexStringLower(data[..Math.Min(data.Length, MaxHexBytes)])})",
    };

    // EISA identifiers: PNP0A03 a PCI root bridge, PNP0A08 of PCI Express.
    private static string Acpi(uint hid, uint uid) => hid switch
    {
        0x0a03_41d0 => $"PciRoot(0x{uid:x})",
        0x0a08_41d0 => $"PcieRoot(0x{uid:x})",
        _ => $"Acpi(0x{hid:x8},0x{uid:x})",
    };

    private static string HardDrive(ReadOnlySpan<byte> data)
    {
        var (partition, start, size) = (UInt32(data), UInt64(data[4..]), UInt64(data[12..]));
        return data[37] switch
        {
            2 => $"HD({partition},GPT,{new Guid(data[20..36])},0x{start:x},0x{size:x})",
            1 => $"HD({partition},MBR,0x{UInt32(data[20..]):x8},0x{start:x},0x{size:x})",
            _ => $"HD({partition},{data[37]},0,0x{start:x},0x{size:x})",
        };
    }

    private static ushort UInt16(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16LittleEndian(data);

    private static uint UInt32(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32LittleEndian(data);

    private static ulong UInt64(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt64LittleEndian(data);

    private const byte EndType = 0x7f;
    private const byte EndOfAll = 0xff;
    private const int MaxHexBytes = 32;
}
