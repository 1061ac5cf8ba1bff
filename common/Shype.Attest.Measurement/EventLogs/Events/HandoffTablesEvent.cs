using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EV_EFI_HANDOFF_TABLES(2): tables that firmware hands over, such as SMBIOS, by the digest of their content (PFP 1.05, 10.2.7). Names and addresses are not covered.</summary>
public sealed record HandoffTablesEvent : TcgEvent
{
    private HandoffTablesEvent(EventSource source, string name, IReadOnlyList<Guid> tables)
        : base(source.Measured, source.WholeOrNothing()) => (Name, Tables) = (name, tables);

    /// <summary>What they are called; empty where they are not.</summary>
    public string Name { get; }

    /// <summary>VendorGuid of each table.</summary>
    public IReadOnlyList<Guid> Tables { get; }

    /// <inheritdoc/>
    public override string Kind => "handoff-tables";

    /// <inheritdoc/>
    public override string Text => $"{Name} {string.Join(", ", Tables)}".Trim();

    internal static HandoffTablesEvent Read(EventSource source)
    {
        var reader = source.Reader();
        var name = source.Measured.Type == EventType.EfiHandoffTables2
            ? Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadUInt8("tableDescriptionSize"), "tableDescription").Span.TrimEnd((byte)0))
            : "";
        var at = reader.Offset;
        var count = reader.ReadUInt64("numberOfTables");
        if (count > MeasurementLimits.MaxHandoffTables)
        {
            throw EventReader.Refuse("numberOfTables", at, $"is {count}, {MeasurementLimits.MaxHandoffTables} are allowed ({nameof(MeasurementLimits.MaxHandoffTables)})");
        }

        var tables = new Guid[count];
        for (var i = 0; i < tables.Length; i++)
        {
            tables[i] = reader.ReadGuid("vendorGuid");
            reader.ReadUInt64("vendorTable");
        }

        return new HandoffTablesEvent(source, name, tables);
    }
}
