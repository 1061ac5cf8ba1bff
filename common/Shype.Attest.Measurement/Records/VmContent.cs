using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>A record about one VM.</summary>
public abstract record VmContent : MeasurementContent
{
    private protected VmContent()
    {
    }

    [SetsRequiredMembers]
    private protected VmContent(FieldReader reader) =>
        Uuid = new Guid(reader.Bytes(0, "uuid", 16, 16, "a UUID"), bigEndian: true);

    /// <inheritdoc/>
    public sealed override PcrRole Role => PcrRole.Vm;

    /// <summary>The VM.</summary>
    public required Guid Uuid { get; init; }

    internal override void WriteFields(FieldWriter writer)
    {
        Span<byte> uuid = stackalloc byte[16];
        Uuid.TryWriteBytes(uuid, bigEndian: true, out _);
        writer.Bytes(0, uuid);
    }
}
