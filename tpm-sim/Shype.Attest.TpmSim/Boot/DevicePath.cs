using System.Text;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>Device paths (UEFI 2.10, 10.3) of the simulated machine.</summary>
internal static class DevicePath
{
    /// <summary>PciRoot(0x0)/Pci(0x1f,0x2)/Sata(0x0,0xffff,0x0)/HD(1,GPT,...)/\EFI\debian\grubx64.efi.</summary>
    public static byte[] BootLoader()
    {
        var path = new UefiData();
        RootAndDevice(path, device: 0x1f, function: 2);
        path.UInt8(3).UInt8(18).UInt16(10).UInt16(0).UInt16(0xffff).UInt16(0);
        path.UInt8(4).UInt8(1).UInt16(42).UInt32(1)
            .UInt64(PartitionTable.SystemPartition.First).UInt64(PartitionTable.SystemPartition.Last - PartitionTable.SystemPartition.First + 1)
            .Guid(PartitionTable.SystemPartition.Id).UInt8(2).UInt8(2);
        var file = Encoding.Unicode.GetBytes("\\EFI\\debian\\grubx64.efi\0");
        path.UInt8(4).UInt8(4).UInt16((ushort)(4 + file.Length)).Bytes(file);
        return End(path);
    }

    /// <summary>PciRoot(0x0)/Pci(0x3,0x0).</summary>
    public static byte[] NetworkCard()
    {
        var path = new UefiData();
        RootAndDevice(path, device: 3, function: 0);
        return End(path);
    }

    private static void RootAndDevice(UefiData path, byte device, byte function)
    {
        // ACPI node with _HID PNP0A03, then PCI node.
        path.UInt8(2).UInt8(1).UInt16(12).UInt32(0x0a03_41d0).UInt32(0);
        path.UInt8(1).UInt8(1).UInt16(6).UInt8(function).UInt8(device);
    }

    private static byte[] End(UefiData path) => path.UInt8(0x7f).UInt8(0xff).UInt16(4).ToArray();
}
