using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>An event and the bank in which its digest is proven: what a typed event is read from.</summary>
internal readonly record struct EventSource(MeasuredEvent Measured, AlgorithmId Bank)
{
    public ReadOnlyMemory<byte> Data => Measured.Data;

    /// <summary>Whether the digest is that of these bytes. What was never extended proves nothing.</summary>
    public bool Covers(ReadOnlySpan<byte> bytes)
    {
        var digest = Measured.Digest(Bank);
        if (!Measured.IsExtended || digest.Length != Bank.DigestSize() || digest.IsEmpty)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[MaxDigestSize];
        return hash[..Bank.Hash(bytes, hash)].SequenceEqual(digest.Span);
    }

    public DigestCoverage WholeOrNothing() => Covers(Data.Span) ? DigestCoverage.Whole : DigestCoverage.Nothing;

    /// <summary>A reader of the data; problems name the event and the byte in its data.</summary>
    public EventReader Reader()
    {
        var reader = new EventReader(Data, 0, Data.Length);
        reader.Enter("event", Measured.Index);
        return reader;
    }

    private const int MaxDigestSize = 64;
}
