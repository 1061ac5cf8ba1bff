using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>A VM begins to run here: what "vm-start" and "migrate-in" share.</summary>
public abstract record VmRunContent : VmContent
{
    private protected VmRunContent()
    {
    }

    [SetsRequiredMembers]
    private protected VmRunContent(FieldReader reader)
        : base(reader)
    {
        Name = reader.Text(1, "name");
        Label = reader.OptionalText(2, "label");
        ConfigDigest = reader.Digest(3, "configDigest");
        KernelDigest = reader.OptionalDigest(4, "kernelDigest");
        InitrdDigest = reader.OptionalDigest(5, "initrdDigest");
        FirmwareDigest = reader.OptionalDigest(6, "firmwareDigest");
        Disks = reader.List(7, "disks", MeasurementLimits.MaxDisks, VmDisk.Read);
        VtpmEkName = reader.Has(8, "vtpmEkName")
            ? reader.Bytes("vtpmEkName", 1, MeasurementLimits.MaxTpmNameBytes, nameof(MeasurementLimits.MaxTpmNameBytes)).ToArray()
            : null;
        Mutable = reader.Bool(9, "mutable");
    }

    /// <summary>The VM's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its label, as the isolation policy names it; null where it has none.</summary>
    public string? Label { get; init; }

    /// <summary>Digest of its configuration.</summary>
    public required MeasuredDigest ConfigDigest { get; init; }

    /// <summary>Digest of a kernel that the host hands to it.</summary>
    public MeasuredDigest? KernelDigest { get; init; }

    /// <summary>Digest of an initrd that the host hands to it.</summary>
    public MeasuredDigest? InitrdDigest { get; init; }

    /// <summary>Digest of its firmware.</summary>
    public MeasuredDigest? FirmwareDigest { get; init; }

    /// <summary>Its disks.</summary>
    public required IReadOnlyList<VmDisk> Disks { get; init; }

    /// <summary>TPM name of its virtual TPM's endorsement key.</summary>
    public byte[]? VtpmEkName { get; init; }

    /// <summary>Whether something measured could still change between measuring and use.</summary>
    public required bool Mutable { get; init; }

    internal override void WriteFields(FieldWriter writer)
    {
        base.WriteFields(writer);
        writer.Text(1, Name, "name");
        writer.OptionalText(2, Label, "label");
        writer.Digest(3, ConfigDigest, "configDigest");
        writer.OptionalDigest(4, KernelDigest, "kernelDigest");
        writer.OptionalDigest(5, InitrdDigest, "initrdDigest");
        writer.OptionalDigest(6, FirmwareDigest, "firmwareDigest");
        writer.List(7, Disks, "disks", MeasurementLimits.MaxDisks, nameof(MeasurementLimits.MaxDisks), VmDisk.Write);
        if (VtpmEkName is { } name)
        {
            if (name.Length is 0 or > MeasurementLimits.MaxTpmNameBytes)
            {
                throw writer.Refuse(RecordProblemCode.LimitExceeded, "vtpmEkName", $"{name.Length} bytes are no TPM name");
            }

            writer.Bytes(8, name);
        }

        writer.Bool(9, Mutable);
    }
}

/// <summary>"vm-start".</summary>
public sealed record VmStartContent : VmRunContent
{
    /// <summary>From its fields.</summary>
    public VmStartContent()
    {
    }

    [SetsRequiredMembers]
    private VmStartContent(FieldReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override string Type => ContentTypes.VmStart;

    internal static VmStartContent Read(FieldReader reader) => new(reader);
}

/// <summary>"migrate-in": a VM that ran elsewhere goes on here.</summary>
public sealed record MigrateInContent : VmRunContent
{
    /// <summary>From its fields.</summary>
    public MigrateInContent()
    {
    }

    [SetsRequiredMembers]
    private MigrateInContent(FieldReader reader)
        : base(reader) => FromHost = reader.Text(10, "fromHost");

    /// <inheritdoc/>
    public override string Type => ContentTypes.MigrateIn;

    /// <summary>The host that it came from.</summary>
    public required string FromHost { get; init; }

    internal static MigrateInContent Read(FieldReader reader) => new(reader);

    internal override void WriteFields(FieldWriter writer)
    {
        base.WriteFields(writer);
        writer.Text(10, FromHost, "fromHost");
    }
}
