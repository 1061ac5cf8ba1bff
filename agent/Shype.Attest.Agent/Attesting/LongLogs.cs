using System.Formats.Cbor;
using Shype.Attest.Agent.Http;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Attesting;

/// <summary>
/// Brings logs that are too long for one message in pieces, before the evidence. What the verifier has by then is not sent again, whoever was interrupted: the evidence
/// is left with what remains.
/// </summary>
public sealed class LongLogs(string hostId, VerifierClient verifier)
{
    /// <summary>The evidence without what was brought before it.</summary>
    public async Task<Evidence> BringAsync(Evidence evidence, string bootId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.Log.Records.Length > PieceBytes)
        {
            var (first, rest) = await BringAsync("records", bootId, evidence.Log.FirstRecord, evidence.Log.Records, NextRecords, cancellationToken).ConfigureAwait(false);
            evidence = evidence with { Log = new LogSuffix(first, rest) };
        }

        if (evidence.ImaLog is { } ima && ima.Entries.Length > PieceBytes)
        {
            var (first, rest) = await BringAsync("ima", bootId, ima.Offset, ima.Entries, NextBytes, cancellationToken).ConfigureAwait(false);
            evidence = evidence with { ImaLog = new ImaSuffix(first, rest) };
        }

        return evidence;
    }

    private async Task<(ulong First, ReadOnlyMemory<byte> Left)> BringAsync(
        string kind, string bootId, ulong first, ReadOnlyMemory<byte> log, Func<ReadOnlyMemory<byte>, int, (int Bytes, ulong Count)> next, CancellationToken cancellationToken)
    {
        var there = await verifier.StagedAsync(hostId, kind, cancellationToken).ConfigureAwait(false);
        if (there.BootId == bootId && there.First == first && there.Next > first && Skip(log, there.Next - first, next) is { } skipped)
        {
            (first, log) = (there.Next, log[skipped..]);
        }

        while (log.Length > PieceBytes)
        {
            var (bytes, count) = next(log, PieceBytes);
            var now = await verifier.StageAsync(hostId, kind, bootId, first, first + count, log[..bytes], cancellationToken).ConfigureAwait(false);
            if (now.Next != first + count)
            {
                throw new VerifierException("the verifier has another part of the log than was sent; it is tried again with the next challenge");
            }

            (first, log) = (first + count, log[bytes..]);
        }

        return (first, log);
    }

    // Bytes of so many records; null where there are not so many.
    private static int? Skip(ReadOnlyMemory<byte> log, ulong count, Func<ReadOnlyMemory<byte>, int, (int Bytes, ulong Count)> next)
    {
        if (next == NextBytes)
        {
            return count <= (ulong)log.Length ? (int)count : null;
        }

        var reader = new CborReader(log, CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
        for (; count > 0 && reader.BytesRemaining > 0; count--)
        {
            reader.SkipValue();
        }

        return count == 0 ? log.Length - reader.BytesRemaining : null;
    }

    // Whole records, as many as fit; at least one, which is never larger than a piece.
    private static (int Bytes, ulong Count) NextRecords(ReadOnlyMemory<byte> log, int most)
    {
        var reader = new CborReader(log, CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
        var (bytes, count) = (0, 0UL);
        while (reader.BytesRemaining > 0)
        {
            reader.SkipValue();
            var end = log.Length - reader.BytesRemaining;
            if (end > most && count > 0)
            {
                break;
            }

            (bytes, count) = (end, count + 1);
        }

        return (bytes, count);
    }

    private static (int Bytes, ulong Count) NextBytes(ReadOnlyMemory<byte> log, int most) => (Math.Min(most, log.Length), (ulong)Math.Min(most, log.Length));

    /// <summary>Bytes of one piece, and of what evidence brings of a log at the most; a record has 64 KiB at the most.</summary>
    public const int PieceBytes = 256 * 1024;
}
