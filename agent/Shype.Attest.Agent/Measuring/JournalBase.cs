using System.Buffers.Binary;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// What the PCRs held when a gap was found: from there on the log explains them again. Kept beside the log so that one gap is written down once. It
/// proves nothing to anybody else, and counts only while the log has the gap that it belongs to.
/// </summary>
internal static class JournalBase
{
    public static void Write(StateFolder state, LogIdentity identity, IReadOnlyList<ReplayState> bases)
    {
        using var bytes = new MemoryStream();
        bytes.Write(identity.ToHeader());
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var encoded in bases.Select(state => state.Encode()))
        {
            BinaryPrimitives.WriteInt32BigEndian(length, encoded.Length);
            bytes.Write(length);
            bytes.Write(encoded);
        }

        state.Write(FileName, bytes.ToArray());
    }

    /// <summary>The base that these records go on from; the starts given where there is none for them.</summary>
    public static IReadOnlyList<ReplayState> Read(
        StateFolder state, LogIdentity identity, IReadOnlyList<CelRecord> records, IReadOnlyList<ReplayState> starts)
    {
        if (state.Read(FileName, MaxBytes) is not { } bytes)
        {
            return starts;
        }

        var end = Array.IndexOf(bytes, (byte)'\n') + 1;
        if (end == 0 || !LogIdentity.TryParseHeader(bytes.AsSpan(0, end - 1), out var found, out _) || found != identity)
        {
            return starts;
        }

        var bases = ReadStates(bytes.AsMemory(end));
        return bases.Count == starts.Count
            && bases.Zip(starts).All(pair => pair.First.Bank == pair.Second.Bank && pair.First.Plan == pair.Second.Plan && HasGap(records, pair.First.NextRecord))
            ? bases
            : starts;
    }

    // The gap is the first record after the base; in a log that was begun anew it comes after the boot record.
    private static bool HasGap(IReadOnlyList<CelRecord> records, ulong next)
    {
        return IsGap(next) || (next == 0 && IsGap(1));

        bool IsGap(ulong number) => number < (ulong)records.Count && records[(int)number].Measurement is GapContent;
    }

    private static List<ReplayState> ReadStates(ReadOnlyMemory<byte> bytes)
    {
        var states = new List<ReplayState>();
        while (bytes.Length > sizeof(int))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
            if (length < 0 || length > bytes.Length - sizeof(int) || !ReplayState.TryDecode(bytes.Slice(sizeof(int), length), out var state, out _))
            {
                return [];
            }

            states.Add(state);
            bytes = bytes[(sizeof(int) + length)..];
        }

        return states;
    }

    private const string FileName = "journal-base";
    private const int MaxBytes = 16 * 1024;
}
