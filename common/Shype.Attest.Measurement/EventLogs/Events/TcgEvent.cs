using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>
/// A firmware event that was understood: a closed hierarchy, one file for each family. Which of them an event becomes follows from its type, which nobody has
/// proven; <see cref="Coverage"/> says how much of what stands in it the digest proves.
/// </summary>
public abstract record TcgEvent
{
    private protected TcgEvent(MeasuredEvent measured, DigestCoverage coverage) => (Measured, Coverage) = (measured, coverage);

    /// <summary>The event as it stands in the log.</summary>
    public MeasuredEvent Measured { get; }

    /// <summary>What the digest proves of its data.</summary>
    public DigestCoverage Coverage { get; }

    /// <summary>The family, for scripts: "variable", "grub-text".</summary>
    public abstract string Kind { get; }

    /// <summary>One line for people. What the log says stands in it as it came: who shows it must escape it.</summary>
    public abstract string Text { get; }

    /// <summary>Reads every event of a log, as its digests in one bank prove it.</summary>
    public static IReadOnlyList<TcgEvent> ReadAll(TcgEventLog log, AlgorithmId bank)
    {
        ArgumentNullException.ThrowIfNull(log);
        return [.. log.Events.Select(measured => Read(measured, bank))];
    }

    /// <summary>Reads one event. Never refuses: data that is not what its type demands is a <see cref="MalformedEvent"/>.</summary>
    [SuppressMessage("Maintainability", "CA1502:Avoid excessive complexity", Justification = "A table: one line for each type of PFP 1.05, 10.4.1.")]
    public static TcgEvent Read(MeasuredEvent measured, AlgorithmId bank)
    {
        ArgumentNullException.ThrowIfNull(measured);
        var source = new EventSource(measured, bank);
        try
        {
            return measured.Type switch
            {
                EventType.NoAction => NoActionEvent.Read(source),
                EventType.Separator => SeparatorEvent.Read(source),
                EventType.Action or EventType.EfiAction => ActionEvent.Read(source),
                EventType.CrtmVersion => CrtmVersionEvent.Read(source),
                EventType.CrtmContents or EventType.EfiHcrtmEvent => CrtmEvent.Read(source),
                EventType.PostCode or EventType.PostCode2 or EventType.EfiPlatformFirmwareBlob or EventType.EfiPlatformFirmwareBlob2 => FirmwareBlobEvent.Read(source),
                EventType.EfiHandoffTables or EventType.EfiHandoffTables2 => HandoffTablesEvent.Read(source),
                EventType.EfiVariableDriverConfig or EventType.EfiVariableBoot or EventType.EfiVariableBoot2 => VariableEvent.Read(source),
                EventType.EfiVariableAuthority => AuthorityEvent.Read(source),
                EventType.EfiBootServicesApplication or EventType.EfiBootServicesDriver or EventType.EfiRuntimeServicesDriver => ImageEvent.Read(source),
                EventType.EfiGptEvent or EventType.EfiGptEvent2 => PartitionTableEvent.Read(source),
                EventType.Ipl => IplEvents.Read(source),
                EventType.EventTag => TaggedEvent.Read(source),
                EventType.NonhostInfo or EventType.NonhostConfig or EventType.NonhostCode => NonhostEvent.Read(source),
                _ when measured.Type.IsKnown() => new OpaqueEvent(source),
                _ => new UnknownEvent(source),
            };
        }
        catch (LogFormatException refused)
        {
            return new MalformedEvent(source, refused.Problem);
        }
    }
}
