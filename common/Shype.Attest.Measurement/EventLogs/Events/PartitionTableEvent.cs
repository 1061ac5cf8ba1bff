namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EV_EFI_GPT_EVENT(2) (UEFI_GPT_DATA; PFP 1.05, 10.2.5): the partition table of the disk that was booted from.</summary>
public sealed record PartitionTableEvent : TcgEvent
{
    private PartitionTableEvent(EventSource source, Guid disk, IReadOnlyList<Guid> partitions)
        : base(source.Measured, source.WholeOrNothing()) => (Disk, Partitions) = (disk, partitions);

    /// <summary>DiskGUID.</summary>
    public Guid Disk { get; }

    /// <summary>UniquePartitionGUID of each entry in use.</summary>
    public IReadOnlyList<Guid> Partitions { get; }

    /// <inheritdoc/>
    public override string Kind => "partition-table";

    /// <inheritdoc/>
    public override string Text => $"disk {Disk}, {Partitions.Count} partitions";

    internal static PartitionTableEvent Read(EventSource source)
    {
        var reader = source.Reader();
        var at = reader.Offset;
        if (!reader.ReadBytes(8, "signature").Span.SequenceEqual("EFI PART"u8))
        {
            throw EventReader.Refuse("signature", at, "is not EFI PART");
        }

        // Revision, sizes, checksums and blocks of EFI_PARTITION_TABLE_HEADER (UEFI 2.10, 5.3.2) up to the disk's GUID.
        reader.ReadBytes(48, "header");
        var disk = reader.ReadGuid("diskGuid");
        reader.ReadUInt64("partitionEntryLba");
        reader.ReadUInt32("numberOfPartitionEntries");
        at = reader.Offset;
        var entrySize = reader.ReadUInt32("sizeOfPartitionEntry");
        if (entrySize is < MinEntryBytes or > MaxEntryBytes)
        {
            throw EventReader.Refuse("sizeOfPartitionEntry", at, $"is {entrySize}, {MinEntryBytes} to {MaxEntryBytes} are known");
        }

        reader.ReadUInt32("partitionEntryArrayCrc32");
        at = reader.Offset;
        var count = reader.ReadUInt64("numberOfPartitions");
        if (count > MeasurementLimits.MaxPartitions)
        {
            throw EventReader.Refuse("numberOfPartitions", at, $"is {count}, {MeasurementLimits.MaxPartitions} are allowed ({nameof(MeasurementLimits.MaxPartitions)})");
        }

        var partitions = new Guid[count];
        for (var i = 0; i < partitions.Length; i++)
        {
            reader.ReadGuid("partitionTypeGuid");
            partitions[i] = reader.ReadGuid("uniquePartitionGuid");
            reader.ReadBytes((int)entrySize - 32, "partition");
        }

        return new PartitionTableEvent(source, disk, partitions);
    }

    private const uint MinEntryBytes = 128;
    private const uint MaxEntryBytes = 4096;
}
