using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>How a firmware log is laid out.</summary>
public enum LogFormat
{
    /// <summary>TPM 1.2 layout: one SHA-1 digest for each event.</summary>
    Sha1,

    /// <summary>TPM 2.0 layout: headed by a Spec ID event, a digest for each bank.</summary>
    CryptoAgile,

    /// <summary>The crypto-agile layout in a confidential VM (CCEL): measurement registers instead of PCRs, padded with 0xff.</summary>
    Ccel,
}

/// <summary>
/// A firmware event log as a PC Client platform writes it (PFP 1.05, 10). Parsed, not verified: a log proves nothing until its replay
/// (<see cref="PcrReplay"/>) equals PCRs that a TPM has signed, and even then only PCR and digest of each event are proven.
/// </summary>
public sealed class TcgEventLog
{
    internal TcgEventLog(
        LogFormat format, SpecIdEvent? specId, IReadOnlyList<LogBank> banks, IReadOnlyList<MeasuredEvent> events, byte startupLocality, IReadOnlyList<LogFinding> findings)
    {
        Format = format;
        SpecId = specId;
        Banks = banks;
        Events = events;
        StartupLocality = startupLocality;
        Findings = findings;
    }

    /// <summary>The layout.</summary>
    public LogFormat Format { get; }

    /// <summary>The head of a crypto-agile log; null in a SHA-1 log.</summary>
    public SpecIdEvent? SpecId { get; }

    /// <summary>The banks that events have digests for.</summary>
    public IReadOnlyList<LogBank> Banks { get; }

    /// <summary>The events, in order, without the Spec ID event.</summary>
    public IReadOnlyList<MeasuredEvent> Events { get; }

    /// <summary>The last byte of PCR 0 before its first extend: 3 or 4 where the log says so in the right place, else 0.</summary>
    public byte StartupLocality { get; }

    /// <summary>What is odd, up to <see cref="MeasurementLimits.MaxFindings"/>.</summary>
    public IReadOnlyList<LogFinding> Findings { get; }

    /// <summary>Reads a whole log, or says why it is none. The log returned keeps and shares <paramref name="bytes"/>.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out TcgEventLog? log, [NotNullWhen(false)] out LogProblem? problem)
    {
        try
        {
            log = new EventLogParser(bytes).Read();
            problem = null;
            return true;
        }
        catch (LogFormatException e)
        {
            log = null;
            problem = e.Problem;
            return false;
        }
    }

    /// <summary>Whether the log has a bank.</summary>
    public bool HasBank(AlgorithmId algorithm) => Banks.Any(bank => bank.Algorithm == algorithm);
}
