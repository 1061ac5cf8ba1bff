using System.Text;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Boot;

/// <summary>
/// The marks that divide a boot are known by their digests, so that a log's editor cannot hide one under another type or call something else by its name (threat
/// rows L03, L04); and what must be covered by its digest is (L06, L08).
/// </summary>
internal static class SpoofCheck
{
    public static void Check(IReadOnlyList<TcgEvent> events, AlgorithmId bank, BootFindings findings)
    {
        byte[][] marks = [.. Marks.Select(mark => bank.Hash(Encoding.ASCII.GetBytes(mark)))];
        uint separated = 0;
        foreach (var shown in events.Where(shown => shown.Measured.IsExtended))
        {
            var (measured, digest) = (shown.Measured, shown.Measured.Digest(bank));
            var separator = SeparatorEvent.ValueOf(digest.Span, bank);
            if (measured.Pcr.Value < FirmwarePcrs && measured.Type == EventType.Separator)
            {
                CheckSeparator(measured, separator, ref separated, findings);
            }
            else if (separator != SeparatorValue.Other && measured.Pcr.Value < FirmwarePcrs && !HappensToBe(shown))
            {
                findings.Add(LogFindingCode.SeparatorSpoofed, measured, $"the digest of a separator stands under {measured.Type.ToText()}");
            }

            if (measured.Type is not (EventType.EfiAction or EventType.Action) && Array.FindIndex(marks, mark => digest.Span.SequenceEqual(mark)) is var at and >= 0)
            {
                findings.Add(LogFindingCode.ActionSpoofed, measured, $"the digest of '{Marks[at]}' stands under {measured.Type.ToText()}");
            }

            if (MustBeCovered(shown) && !shown.Coverage.IsAny)
            {
                findings.Add(LogFindingCode.NotCovered, measured, $"{measured.Type.ToText()}: the digest is not of the data beside it");
            }

            if (shown is ActionEvent { Coverage.IsAny: true, Action: ActionEvent.DebugMode or ActionEvent.NoDmaProtection } action)
            {
                findings.Add(LogFindingCode.FirmwareWeakened, measured, action.Action);
            }
        }
    }

    private static void CheckSeparator(MeasuredEvent measured, SeparatorValue value, ref uint separated, BootFindings findings)
    {
        var bit = 1u << measured.Pcr.Value;
        if (value is SeparatorValue.Other or SeparatorValue.Error)
        {
            findings.Add(LogFindingCode.SeparatorOdd, measured, value == SeparatorValue.Error ? "the firmware says that something went wrong" : "the digest is not that of a separator");
        }

        if ((separated & bit) != 0)
        {
            findings.Add(LogFindingCode.SeparatorRepeated, measured, $"PCR {measured.Pcr} has a second separator");
        }

        separated |= bit;
    }

    // Some firmware measures a CRTM of four zero bytes, and the value of a BootOrder of 0001 and 0000 is that of a separator for errors. Nothing is concluded from
    // where PCR 0 and 1 are divided.
    private static bool HappensToBe(TcgEvent shown) => shown is { Measured: { Type: EventType.CrtmContents, Pcr.Value: 0 } }
        or VariableEvent { Measured.Pcr.Value: 1, Coverage.IsAny: true };

    private static bool MustBeCovered(TcgEvent shown) => shown switch
    {
        GrubTextEvent => true,
        FileEvent { Measured.Pcr.Value: TextPcr } => true,
        VariableEvent or AuthorityEvent => shown.Measured.Pcr.Value is 1 or 7,
        MalformedEvent { Measured.Pcr.Value: SecureBootPcr } => true,
        _ => false,
    };

    private static readonly string[] Marks = [ActionEvent.CallingApplication, ActionEvent.ExitBootServices, ActionEvent.ExitBootServicesDone];
    private const int FirmwarePcrs = 8;
    private const int SecureBootPcr = 7;
    private const int TextPcr = 8;
}
