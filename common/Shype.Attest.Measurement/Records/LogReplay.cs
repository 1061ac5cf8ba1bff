using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// Replays a log of ours: from the state before to the state after, at a cost only of what is new. Says nothing about whether the TPM agrees: that is
/// the comparison of the new state with quoted PCRs.
/// </summary>
public static class LogReplay
{
    /// <summary>
    /// Reads the records that follow <paramref name="from"/> and extends them in software. All or nothing: with any problem there is neither a new
    /// state nor records. Problems that do not end the reading are gathered, up to <see cref="MeasurementLimits.MaxProblems"/>.
    /// </summary>
    /// <param name="from">The state before the first of these records.</param>
    /// <param name="sequence">A CBOR sequence of records; the records returned share its memory.</param>
    /// <param name="next">The state after the last record.</param>
    /// <param name="records">The records.</param>
    /// <param name="problems">What is wrong.</param>
    public static bool TryReplay(
        ReplayState from,
        ReadOnlyMemory<byte> sequence,
        [NotNullWhen(true)] out ReplayState? next,
        out IReadOnlyList<CelRecord> records,
        out IReadOnlyList<RecordProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(from);
        var run = new Run(from, sequence);
        run.Read();
        problems = run.Problems;
        records = run.Problems.Count == 0 ? run.Records : [];
        next = run.Problems.Count == 0 ? run.State() : null;
        return next is not null;
    }

    /// <summary>What is wrong with one record's digests: each must be the hash of exactly the content bytes. Null when all are.</summary>
    internal static AlgorithmId? FindUncovered(CelRecord record)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        foreach (var digest in record.DigestSpan)
        {
            var size = digest.Algorithm.Hash(record.Content.Span, hash);
            if (!hash[..size].SequenceEqual(digest.Value.Span))
            {
                return digest.Algorithm;
            }
        }

        return null;
    }

    private sealed class Run(ReplayState from, ReadOnlyMemory<byte> sequence)
    {
        private readonly CelCodec _codec = new(sequence);
        private readonly byte[] _values = from.CopyValues();
        private ulong _next = from.NextRecord;
        private string? _bootId = from.BootId;
        private int _at;

        public List<CelRecord> Records { get; } = [];

        public List<RecordProblem> Problems { get; } = [];

        public ReplayState State() => new(from.Bank, from.Plan, _next, _bootId, _values);

        public void Read()
        {
            while (!_codec.AtEnd && Problems.Count < MeasurementLimits.MaxProblems)
            {
                _at = _codec.Offset;
                if (Records.Count == MeasurementLimits.MaxRecords)
                {
                    Add(RecordProblemCode.LimitExceeded, "record", $"more than {Records.Count} records ({nameof(MeasurementLimits.MaxRecords)})");
                    return;
                }

                if (!_codec.TryRead(out var record, out var problem))
                {
                    Problems.Add(problem with { Record = _next });
                    return;
                }

                if (record.RecordNumber != _next)
                {
                    var code = record.RecordNumber > _next ? RecordProblemCode.Gap : RecordProblemCode.Overlap;
                    Add(code, "recnum", $"is {record.RecordNumber}, {_next} comes next");
                    return;
                }

                Check(record);
                Records.Add(record);
                _next++;
            }
        }

        private void Check(CelRecord record)
        {
            CheckBoot(record.Measurement as BootContent);
            if (record.Pcr != from.Plan[record.Measurement.Role])
            {
                Add(RecordProblemCode.WrongPcr, "pcr", $"is {record.Pcr}; '{record.Measurement.Type}' belongs in {from.Plan[record.Measurement.Role]}");
                return;
            }

            if (FindUncovered(record) is { } uncovered)
            {
                Add(RecordProblemCode.NotCovered, "digests", $"the {uncovered.ToText()} digest is not the hash of the content");
            }

            if (record.Digest(from.Bank) is { IsEmpty: false } digest)
            {
                from.Extend(_values, from.Slot(record.Pcr), digest.Span);
            }
            else
            {
                Add(RecordProblemCode.BankMissing, "digests", $"there is no {from.Bank.ToText()} digest");
            }
        }

        private void CheckBoot(BootContent? boot)
        {
            if (boot is null)
            {
                if (_next == 0)
                {
                    Add(RecordProblemCode.BootMissing, "content", "the first record is not 'boot'");
                }

                return;
            }

            if (_bootId is { } known && boot.BootId != known)
            {
                Add(RecordProblemCode.BootChanged, "bootId", $"is '{boot.BootId}', the log is of boot '{known}'");
            }

            if (boot.Pcrs != from.Plan)
            {
                Add(RecordProblemCode.WrongPcr, "pcrs", $"are {boot.Pcrs}; {from.Plan} is expected");
            }

            _bootId ??= boot.BootId;
        }

        private void Add(RecordProblemCode code, string member, string problem) => Problems.Add(new(code, member, _at, problem, _next));
    }
}
