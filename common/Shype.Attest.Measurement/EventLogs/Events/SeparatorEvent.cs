using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>What a separator says about the firmware before it.</summary>
public enum SeparatorValue
{
    /// <summary>None that the profile defines.</summary>
    Other,

    /// <summary>00000000: all went well.</summary>
    Normal,

    /// <summary>FFFFFFFF: all went well, by firmware that follows a later errata.</summary>
    NormalInverted,

    /// <summary>00000001: something went wrong.</summary>
    Error,
}

/// <summary>EV_SEPARATOR: firmware before it, whatever it started after it. The value is told from the digest; the data may say something else.</summary>
public sealed record SeparatorEvent : TcgEvent
{
    private SeparatorEvent(EventSource source, SeparatorValue value)
        : base(source.Measured, source.WholeOrNothing()) => Value = value;

    /// <summary>What was extended.</summary>
    public SeparatorValue Value { get; }

    /// <inheritdoc/>
    public override string Kind => "separator";

    /// <inheritdoc/>
    public override string Text => Coverage.Extent == CoverageExtent.Whole ? EventDescription.Of(Measured.Data.Span) : $"{EventDescription.Of(Measured.Data.Span)} (extended: {Value})";

    /// <summary>The value whose digest this is: known by it, whatever type stands beside it.</summary>
    public static SeparatorValue ValueOf(ReadOnlySpan<byte> digest, AlgorithmId bank) =>
        digest.IsEmpty ? SeparatorValue.Other
        : digest.SequenceEqual(bank.Hash([0, 0, 0, 0])) ? SeparatorValue.Normal
        : digest.SequenceEqual(bank.Hash([0xff, 0xff, 0xff, 0xff])) ? SeparatorValue.NormalInverted
        : digest.SequenceEqual(bank.Hash([1, 0, 0, 0])) ? SeparatorValue.Error
        : SeparatorValue.Other;

    internal static SeparatorEvent Read(EventSource source) => new(source, ValueOf(source.Measured.Digest(source.Bank).Span, source.Bank));
}
