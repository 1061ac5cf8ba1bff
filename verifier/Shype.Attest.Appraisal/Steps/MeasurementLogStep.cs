using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Our log, replayed from where it is known: what the records would have made of the PCRs. Nothing in them is believed yet.</summary>
internal static class MeasurementLogStep
{
    public static ReplayedLog? Check(Evidence evidence, IReadOnlyList<AlgorithmId> banks, BootMemory? known, AppraisalContext context, List<Finding> findings)
    {
        // Another bank or plan than before: what is known does not help, and the whole log is needed.
        var from = known is not null && Fits(known, banks, context) ? known : null;
        if (evidence.Log.FirstRecord != (from?.NextRecord ?? 0))
        {
            findings.Add(new(FindingCode.LogOffsetMismatch, "log", Expected: $"{from?.NextRecord ?? 0}", Found: $"{evidence.Log.FirstRecord}"));
            return null;
        }

        if (from is not null && evidence.Log.Records.IsEmpty)
        {
            return new(from.Logs, [], from);
        }

        var (logs, records) = (new ReplayState[banks.Count], (IReadOnlyList<CelRecord>)[]);
        for (var i = 0; i < logs.Length; i++)
        {
            var start = from?.Logs[i] ?? ReplayState.Start(banks[i], context.Rules.Plan);
            if (!LogReplay.TryReplay(start, evidence.Log.Records, out var next, out records, out var problems))
            {
                findings.AddRange(problems.Select(ToFinding));
                return null;
            }

            logs[i] = next;
        }

        return new(logs, records, from);
    }

    /// <summary>The log of a host without an agent: nothing was extended into the PCRs of its plan.</summary>
    public static ReplayedLog None(IReadOnlyList<AlgorithmId> banks, AppraisalContext context) =>
        new([.. banks.Select(bank => ReplayState.Start(bank, context.Rules.Plan))], [], null);

    private static bool Fits(BootMemory known, IReadOnlyList<AlgorithmId> banks, AppraisalContext context)
    {
        for (var i = 0; i < banks.Count; i++)
        {
            if (i >= known.Logs.Count || known.Logs[i].Bank != banks[i] || known.Logs[i].Plan != context.Rules.Plan)
            {
                return false;
            }
        }

        return known.Logs.Count == banks.Count;
    }

    private static Finding ToFinding(RecordProblem problem) => problem.Code switch
    {
        RecordProblemCode.NotCovered => new(FindingCode.LogContentNotCovered, "log", problem.Record, Detail: problem.Problem),
        RecordProblemCode.Gap or RecordProblemCode.Overlap => new(FindingCode.LogDigestMismatch, "log", problem.Record, Detail: $": {problem}"),
        RecordProblemCode.BootMissing => new(FindingCode.BootRecordMissing, "log", problem.Record),
        RecordProblemCode.BootChanged => new(FindingCode.BootRecordRepeated, "log", problem.Record, Detail: problem.Problem),
        RecordProblemCode.BankMissing => new(FindingCode.BootRecordDiffers, "log", problem.Record, Detail: problem.Problem),
        RecordProblemCode.WrongPcr when problem.Member == "pcrs" => new(FindingCode.BootRecordDiffers, "log", problem.Record, Detail: $"its PCRs {problem.Problem}"),
        _ => new(FindingCode.LogMalformed, "log", problem.Record, Detail: problem.ToString()),
    };
}

/// <summary>What records would have made of the PCRs.</summary>
/// <param name="Logs">The state after them, in each bank.</param>
/// <param name="Records">The records that are new.</param>
/// <param name="From">What was known before them; null for a whole log.</param>
internal sealed record ReplayedLog(IReadOnlyList<ReplayState> Logs, IReadOnlyList<CelRecord> Records, BootMemory? From);
