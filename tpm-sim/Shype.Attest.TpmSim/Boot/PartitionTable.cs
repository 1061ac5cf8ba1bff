namespace Shype.Attest.TpmSim.Boot;

/// <summary>The GPT of the simulated disk: a system partition and a root partition (UEFI 2.10, 5.3).</summary>
internal static class PartitionTable
{
    internal sealed record Partition(Guid Type, Guid Id, ulong First, ulong Last, string Name);

    public static Partition SystemPartition { get; } = new(
        new Guid("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"), new Guid("0f5d8c11-6a4b-4c0e-9a53-6f1f0f3f7a01"), 2048, 1_050_623, "EFI System Partition");

    private static readonly Partition Root = new(
        new Guid("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"), new Guid("0f5d8c11-6a4b-4c0e-9a53-6f1f0f3f7a02"), 1_050_624, LastUsable, "root");

    /// <summary>UEFI_GPT_DATA (PFP 1.05, 10.2.5): the header, a count, the entries that are in use.</summary>
    public static byte[] ToEventData() => new UefiData().Bytes(Header()).UInt64(2).Bytes(Entry(SystemPartition)).Bytes(Entry(Root)).ToArray();

    private static byte[] Header()
    {
        var entries = new byte[Entries * EntryBytes];
        Entry(SystemPartition).CopyTo(entries, 0);
        Entry(Root).CopyTo(entries, EntryBytes);
        byte[] WithChecksum(uint checksum) => new UefiData()
            .Bytes("EFI PART"u8).UInt32(0x0001_0000).UInt32(HeaderBytes).UInt32(checksum).UInt32(0)
            .UInt64(1).UInt64(LastUsable + 33).UInt64(34).UInt64(LastUsable)
            .Guid(DiskId).UInt64(2).UInt32(Entries).UInt32(EntryBytes).UInt32(Crc32(entries)).ToArray();
        return WithChecksum(Crc32(WithChecksum(0)));
    }

    private static byte[] Entry(Partition partition) =>
        new UefiData().Guid(partition.Type).Guid(partition.Id).UInt64(partition.First).UInt64(partition.Last).UInt64(0).Characters(partition.Name.PadRight(36, '\0')).ToArray();

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xedb8_8320);
            }
        }

        return ~crc;
    }

    private static readonly Guid DiskId = new("0f5d8c11-6a4b-4c0e-9a53-6f1f0f3f7a00");
    private const uint HeaderBytes = 92;
    private const int Entries = 128;
    private const int EntryBytes = 128;
    // 16 GiB of 512-byte blocks, less the copy of the table at its end.
    private const ulong LastUsable = 33_554_398;
}
