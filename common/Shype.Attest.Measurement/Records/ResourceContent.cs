using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>A resource of a running VM: what "resource-attach" and "resource-detach" share.</summary>
public abstract record ResourceContent : VmContent
{
    private protected ResourceContent()
    {
    }

    [SetsRequiredMembers]
    private protected ResourceContent(FieldReader reader)
        : base(reader)
    {
        Kind = reader.Text(1, "kind");
        Name = reader.Text(2, "name");
        Label = reader.OptionalText(3, "label");
    }

    /// <summary>"disk", "vif", "vlan", "pci", "vtpm", "event-channel", "grant".</summary>
    public required string Kind { get; init; }

    /// <summary>Which one: a disk's or interface's name, a PCI address, the peer of an event channel or grant.</summary>
    public required string Name { get; init; }

    /// <summary>Its label, as the isolation policy names it; null where it has none.</summary>
    public string? Label { get; init; }

    internal override void WriteFields(FieldWriter writer)
    {
        base.WriteFields(writer);
        writer.Text(1, Kind, "kind");
        writer.Text(2, Name, "name");
        writer.OptionalText(3, Label, "label");
    }
}

/// <summary>"resource-attach".</summary>
public sealed record ResourceAttachContent : ResourceContent
{
    /// <summary>From its fields.</summary>
    public ResourceAttachContent()
    {
    }

    [SetsRequiredMembers]
    private ResourceAttachContent(FieldReader reader)
        : base(reader) => Digest = reader.OptionalDigest(4, "digest");

    /// <inheritdoc/>
    public override string Type => ContentTypes.ResourceAttach;

    /// <summary>Digest of a disk that is attached; null for what has none.</summary>
    public MeasuredDigest? Digest { get; init; }

    internal static ResourceAttachContent Read(FieldReader reader) => new(reader);

    internal override void WriteFields(FieldWriter writer)
    {
        base.WriteFields(writer);
        writer.OptionalDigest(4, Digest, "digest");
    }
}

/// <summary>"resource-detach".</summary>
public sealed record ResourceDetachContent : ResourceContent
{
    /// <summary>From its fields.</summary>
    public ResourceDetachContent()
    {
    }

    [SetsRequiredMembers]
    private ResourceDetachContent(FieldReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override string Type => ContentTypes.ResourceDetach;

    internal static ResourceDetachContent Read(FieldReader reader) => new(reader);
}
