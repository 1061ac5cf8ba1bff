using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>
/// One event of a firmware log (TCG_PCR_EVENT2, or TCG_PCClientPCREvent in a SHA-1 log). Replay authenticates <see cref="Pcr"/> and the digests;
/// <see cref="Type"/> never; <see cref="Data"/> only where its hash is the digest.
/// </summary>
public sealed class MeasuredEvent
{
    private readonly BankDigest[] _digests;

    internal MeasuredEvent(int index, int offset, PcrIndex pcr, EventType type, BankDigest[] digests, ReadOnlyMemory<byte> data)
    {
        Index = index;
        Offset = offset;
        Pcr = pcr;
        Type = type;
        _digests = digests;
        Data = data;
    }

    /// <summary>Place in the log, from 0; the Spec ID event that heads a crypto-agile log is not counted.</summary>
    public int Index { get; }

    /// <summary>Byte offset in the log.</summary>
    public int Offset { get; }

    /// <summary>pcrIndex; in a CCEL the measurement register.</summary>
    public PcrIndex Pcr { get; }

    /// <summary>eventType: what the log's writer says that it is. Untrusted.</summary>
    public EventType Type { get; }

    /// <summary>The digests, in the log's order.</summary>
    public IReadOnlyList<BankDigest> Digests => _digests;

    /// <summary>event: the data beside the digest.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Whether the event was extended into its PCR. Only EV_NO_ACTION is not (PFP 1.05, 10.4.5), and that much must be taken from the type.</summary>
    public bool IsExtended => Type != EventType.NoAction;

    /// <summary>The digest for a bank; empty where the event has none.</summary>
    public ReadOnlyMemory<byte> Digest(AlgorithmId bank)
    {
        foreach (var digest in _digests)
        {
            if (digest.Algorithm == bank)
            {
                return digest.Value;
            }
        }

        return default;
    }
}
