using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>"gap": the agent says that it may have missed something, or that log and PCRs did not agree. Never hidden, never taken back.</summary>
public sealed record GapContent : MeasurementContent
{
    /// <summary>From its fields.</summary>
    public GapContent()
    {
    }

    [SetsRequiredMembers]
    private GapContent(FieldReader reader)
    {
        Since = DateTimeOffset.FromUnixTimeMilliseconds((long)reader.UInt(0, "since", MaxMilliseconds));
        AfterRecord = reader.Has(1, "afterRecord") ? reader.UInt("afterRecord") : null;
        Reason = reader.Reason(2);
    }

    /// <inheritdoc/>
    public override string Type => ContentTypes.Gap;

    /// <inheritdoc/>
    public override PcrRole Role => PcrRole.Hypervisor;

    /// <summary>From when on something may be missing, by the host's clock; kept to the millisecond.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The last record that is known to be in its place; null when the log itself was lost.</summary>
    public ulong? AfterRecord { get; init; }

    /// <summary>What was found.</summary>
    public required string Reason { get; init; }

    internal static GapContent Read(FieldReader reader) => new(reader);

    internal override void WriteFields(FieldWriter writer)
    {
        var since = Since.ToUnixTimeMilliseconds();
        if (since < 0)
        {
            throw writer.Refuse(RecordProblemCode.Malformed, "since", "is before 1970");
        }

        writer.UInt(0, (ulong)since);
        if (AfterRecord is { } after)
        {
            writer.UInt(1, after);
        }

        writer.Reason(2, Reason);
    }

    // 9999-12-31T23:59:59.999Z, the last moment that DateTimeOffset knows.
    private const ulong MaxMilliseconds = 253_402_300_799_999;
}
