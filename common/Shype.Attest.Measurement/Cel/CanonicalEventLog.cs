using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>Something odd in a canonical event log that can still be read.</summary>
public enum CelFindingCode
{
    /// <summary>The log explains nothing.</summary>
    NoMeasurements,

    /// <summary>A digest of a hash that is not known here.</summary>
    UnknownAlgorithm,

    /// <summary>A content type that is not known here.</summary>
    UnknownContentType,

    /// <summary>A member of JSON that is not known here, and was left out.</summary>
    UnknownMember,

    /// <summary>Record numbers are left out.</summary>
    RecordNumberGap,

    /// <summary>A record number that came before.</summary>
    RecordNumberRepeated,

    /// <summary>One digest covers the content, another one does not.</summary>
    DigestsContradict,

    /// <summary>An extended event without a digest for a bank: its register cannot be replayed in that bank.</summary>
    DigestMissing,

    /// <summary>An event of Google's launcher after the separator that ends its part.</summary>
    AfterLaunchSeparator,
}

/// <summary>One finding.</summary>
/// <param name="Code">What is odd.</param>
/// <param name="Event">The event's index; null when it is about the whole log.</param>
/// <param name="Offset">Byte offset in the log.</param>
/// <param name="Detail">What was found, in words.</param>
public sealed record CelFinding(CelFindingCode Code, int? Event, int Offset, string Detail);

/// <summary>
/// A canonical event log of others (TCG Canonical Event Log 1.0). Parsed, not verified: it proves nothing until its replay equals registers that a TPM has signed.
/// </summary>
/// <param name="Format">The form it was read from.</param>
/// <param name="Events">The events, in order.</param>
/// <param name="Findings">What is odd, up to <see cref="MeasurementLimits.MaxFindings"/>.</param>
public sealed record CanonicalEventLog(CelFormat Format, IReadOnlyList<CanonicalEvent> Events, IReadOnlyList<CelFinding> Findings)
{
    /// <summary>The form that bytes seem to have; null for none.</summary>
    public static CelFormat? Recognise(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8) switch
    {
        [(byte)'[', ..] => CelFormat.Json,
        [(byte)'{' or RecordSeparator, ..] => CelFormat.JsonSequence,
        _ => bytes switch
        {
            [0, ..] => CelFormat.Tlv,
            [>= 0xa1 and <= 0xb7, ..] => CelFormat.Cbor,
            _ => null,
        },
    };

    /// <summary>Reads a whole log of any form, or says why it is none. The log returned keeps and shares <paramref name="bytes"/>.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out CanonicalEventLog? log, [NotNullWhen(false)] out LogProblem? problem)
    {
        (log, problem) = (null, null);
        if (bytes.Length > MeasurementLimits.MaxCelBytes)
        {
            problem = new("log", 0, $"{bytes.Length} bytes, {MeasurementLimits.MaxCelBytes} are allowed ({nameof(MeasurementLimits.MaxCelBytes)})");
            return false;
        }

        try
        {
            log = Recognise(bytes.Span) switch
            {
                CelFormat.Tlv => CelTlv.Read(bytes),
                CelFormat.Cbor => CelCbor.Read(bytes),
                { } json => CelJsonReader.Read(bytes, json),
                null => throw new LogFormatException(new("log", 0, "is not a canonical event log: TLV begins with 00, JSON with [ or {, a JSON sequence with 1e, CBOR with a map")),
            };
            return true;
        }
        catch (LogFormatException e)
        {
            problem = e.Problem;
            return false;
        }
    }

    /// <summary>The log in another form, the numbers of its records made up where it has none and the form needs them.</summary>
    /// <exception cref="NotSupportedException">A content cannot be said in that form.</exception>
    public byte[] Write(CelFormat format) => format switch
    {
        CelFormat.Tlv => CelTlv.Write(this),
        CelFormat.Cbor => CelCbor.Write(this),
        _ => CelJsonWriter.Write(this, format),
    };

    /// <summary>The registers that the events add up to in one bank; those with an event that has no digest for the bank are left out.</summary>
    public IReadOnlyDictionary<CelRegister, byte[]> Replay(AlgorithmId bank)
    {
        var values = new SortedDictionary<CelRegister, byte[]>(Comparer<CelRegister>.Create((one, other) => (one.Kind, one.Index).CompareTo((other.Kind, other.Index))));
        foreach (var measured in Events.Where(measured => measured.IsExtended))
        {
            if (!values.TryGetValue(measured.Register, out var value))
            {
                values.Add(measured.Register, value = AtReset(measured.Register, bank.DigestSize()));
            }

            var digest = measured.Digests.FirstOrDefault(digest => digest.Algorithm == bank).Value;
            values[measured.Register] = value.Length == 0 || digest.IsEmpty ? [] : bank.Hash([.. value, .. digest.Span]);
        }

        return values.Where(entry => entry.Value.Length > 0).ToDictionary();
    }

    /// <summary>The banks of known hashes that events have digests for.</summary>
    public IEnumerable<AlgorithmId> Banks => Events.SelectMany(measured => measured.Digests).Select(digest => digest.Algorithm).Distinct().Where(bank => bank.IsHash()).Order();

    // PC Client TPM Profile, 4.6: PCRs 17 to 22 begin as ones, everything else as zeros.
    private static byte[] AtReset(CelRegister register, int size)
    {
        var value = new byte[size];
        value.AsSpan().Fill(register is { Kind: CelRegisterKind.Pcr, Index: >= 17 and <= 22 } ? (byte)0xff : (byte)0);
        return value;
    }

    private const byte RecordSeparator = 0x1e;
}
