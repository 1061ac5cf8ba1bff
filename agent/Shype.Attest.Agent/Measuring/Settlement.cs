using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Measuring;

/// <summary>How a log stands to the PCRs that it should explain (docs/records.md, "The agent's log file").</summary>
public sealed record Settlement
{
    /// <summary>What is to be done.</summary>
    public required SettlementKind Kind { get; init; }

    /// <summary>The PCRs that hold something else than the log explains; empty where they agree.</summary>
    public IReadOnlyList<PcrIndex> Differing { get; init; } = [];

    /// <summary>The last record of the longest beginning of the log that the PCRs show; null where they show none.</summary>
    public ulong? LastInPlace { get; init; }

    /// <summary>Per bank, the state after the last record: the next comparison may go on from there once the PCRs hold it. Empty for a gap.</summary>
    public IReadOnlyList<ReplayState> After { get; init; } = [];

    /// <summary>Compares a log with PCR values.</summary>
    /// <param name="bases">Per bank, the state that the records go on from.</param>
    /// <param name="records">All records of the log.</param>
    /// <param name="value">The value of a PCR in the TPM.</param>
    /// <param name="problem">Why the log cannot be replayed; there is no settlement then.</param>
    public static Settlement? Of(
        IReadOnlyList<ReplayState> bases, IReadOnlyList<CelRecord> records, Func<AlgorithmId, PcrIndex, ReadOnlyMemory<byte>> value, out RecordProblem? problem)
    {
        var before = new ReplayState[bases.Count];
        var after = new ReplayState[bases.Count];
        for (var i = 0; i < bases.Count; i++)
        {
            var rest = records.Skip((int)bases[i].NextRecord).ToList();
            // The last record by itself, since that is the one which a crash can leave unextended.
            if (!TryReplay(bases[i], rest.SkipLast(1), out before[i]!, out problem) || !TryReplay(before[i], rest.TakeLast(1), out after[i]!, out problem))
            {
                return null;
            }
        }

        problem = null;
        if (Array.TrueForAll(after, Agrees))
        {
            return new Settlement { Kind = SettlementKind.Settled, After = after };
        }

        if (Array.TrueForAll(before, Agrees) && before[0].NextRecord < after[0].NextRecord)
        {
            return new Settlement { Kind = SettlementKind.LastNotExtended, After = after };
        }

        return new Settlement { Kind = SettlementKind.Gap, Differing = FindDiffering(), LastInPlace = FindLastInPlace() };

        bool Agrees(ReplayState state) => state.Pcrs.All(pcr => AgreesIn(state, pcr));

        bool AgreesIn(ReplayState state, PcrIndex pcr) => state[pcr].SequenceEqual(value(state.Bank, pcr).Span);

        IReadOnlyList<PcrIndex> FindDiffering() =>
            [.. after.SelectMany(state => state.Pcrs.Where(pcr => !AgreesIn(state, pcr))).Distinct().Order()];

        ulong? FindLastInPlace()
        {
            var states = bases.ToArray();
            ulong? last = null;
            foreach (var record in records.Skip((int)bases[0].NextRecord))
            {
                states = Array.ConvertAll(states, state => state.After(record));
                last = Array.TrueForAll(states, Agrees) ? record.RecordNumber : last;
            }

            return last;
        }
    }

    private static bool TryReplay(ReplayState from, IEnumerable<CelRecord> records, out ReplayState? next, out RecordProblem? problem)
    {
        var sequence = new MemoryStream();
        foreach (var record in records)
        {
            sequence.Write(record.Encoded.Span);
        }

        var done = LogReplay.TryReplay(from, sequence.GetBuffer().AsMemory(0, (int)sequence.Length), out next, out _, out var problems);
        problem = done ? null : problems[0];
        return done;
    }
}

/// <summary>What a settlement has to do.</summary>
public enum SettlementKind
{
    /// <summary>Nothing: the PCRs hold what the records explain.</summary>
    Settled,

    /// <summary>The last record is on disk and not extended: a crash came between. It is extended.</summary>
    LastNotExtended,

    /// <summary>No crash explains the difference. It is written down.</summary>
    Gap,
}
