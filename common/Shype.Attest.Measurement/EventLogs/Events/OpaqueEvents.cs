namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>
/// An event of a type that the profile names and whose data has no layout to rely on: EV_TABLE_OF_DEVICES, EV_PLATFORM_CONFIG_FLAGS, EV_CPU_MICROCODE,
/// EV_COMPACT_HASH, EV_IPL_PARTITION_DATA, EV_OMIT_BOOT_DEVICE_EVENTS, EV_PREBOOT_CERT and those of SPDM.
/// </summary>
public sealed record OpaqueEvent : TcgEvent
{
    internal OpaqueEvent(EventSource source)
        : base(source.Measured, source.WholeOrNothing())
    {
    }

    /// <inheritdoc/>
    public override string Kind => "opaque";

    /// <inheritdoc/>
    public override string Text => EventDescription.Of(Measured.Data.Span);
}

/// <summary>An event of a type that the profile does not name.</summary>
public sealed record UnknownEvent : TcgEvent
{
    internal UnknownEvent(EventSource source)
        : base(source.Measured, source.WholeOrNothing())
    {
    }

    /// <inheritdoc/>
    public override string Kind => "unknown";

    /// <inheritdoc/>
    public override string Text => EventDescription.Of(Measured.Data.Span);
}

/// <summary>An event whose data is not laid out as its type demands. It proves nothing but its digest.</summary>
public sealed record MalformedEvent : TcgEvent
{
    internal MalformedEvent(EventSource source, LogProblem problem)
        : base(source.Measured, source.WholeOrNothing()) => Problem = problem;

    /// <summary>What is wrong with the data; the offset is in the data.</summary>
    public LogProblem Problem { get; }

    /// <inheritdoc/>
    public override string Kind => "malformed";

    /// <inheritdoc/>
    public override string Text => $"malformed: {Problem}";
}
