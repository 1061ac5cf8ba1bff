using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>A VM no longer runs here: what "vm-stop" and "migrate-out" share.</summary>
public abstract record VmEndContent : VmContent
{
    private protected VmEndContent()
    {
    }

    [SetsRequiredMembers]
    private protected VmEndContent(FieldReader reader)
        : base(reader) => Reason = reader.Reason(1);

    /// <summary>Why: "shutdown", "destroyed", "crashed", "migrated".</summary>
    public required string Reason { get; init; }

    internal override void WriteFields(FieldWriter writer)
    {
        base.WriteFields(writer);
        writer.Reason(1, Reason);
    }
}

/// <summary>"vm-stop".</summary>
public sealed record VmStopContent : VmEndContent
{
    /// <summary>From its fields.</summary>
    public VmStopContent()
    {
    }

    [SetsRequiredMembers]
    private VmStopContent(FieldReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override string Type => ContentTypes.VmStop;

    internal static VmStopContent Read(FieldReader reader) => new(reader);
}

/// <summary>"migrate-out": the VM goes on elsewhere.</summary>
public sealed record MigrateOutContent : VmEndContent
{
    /// <summary>From its fields.</summary>
    public MigrateOutContent()
    {
    }

    [SetsRequiredMembers]
    private MigrateOutContent(FieldReader reader)
        : base(reader) => ToHost = reader.Text(2, "toHost");

    /// <inheritdoc/>
    public override string Type => ContentTypes.MigrateOut;

    /// <summary>The host that it went to.</summary>
    public required string ToHost { get; init; }

    internal static MigrateOutContent Read(FieldReader reader) => new(reader);

    internal override void WriteFields(FieldWriter writer)
    {
        base.WriteFields(writer);
        writer.Text(2, ToHost, "toHost");
    }
}
