using System.Formats.Cbor;
using System.Security.Cryptography;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

public sealed class LogReplayTests
{
    private static readonly PcrIndex VmPcr = PcrPlan.Default.Vm;

    [Fact]
    public void Replays_to_what_a_TPM_would_hold()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        var next = Accept(Start(), records);

        foreach (var pcr in next.Pcrs)
        {
            var value = new byte[32];
            foreach (var record in records.Where(r => r.Pcr == pcr))
            {
                value = SHA256.HashData([.. value, .. SHA256.HashData(record.Content.Span)]);
            }

            Assert.Equal(Convert.ToHexString(value), Convert.ToHexString(next[pcr]));
        }

        Assert.Equal((11UL, SampleLog.BootId), (next.NextRecord, next.BootId));
    }

    [Fact]
    public void Replaying_in_parts_at_any_cut_gives_the_same_state()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        var whole = Accept(Start(), records);
        for (var cut = 0; cut <= records.Count; cut++)
        {
            var half = Accept(Start(), records.Take(cut));
            Assert.Equal(whole.Encode(), Accept(Restored(half), records.Skip(cut)).Encode());
        }

        var byOne = records.Aggregate(Start(), (state, record) => state.After(record));
        Assert.Equal(whole.Encode(), byOne.Encode());
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void Replays_each_bank_of_a_log_with_several(string bank)
    {
        Assert.True(HashAlgorithms.TryParseText(bank, out var algorithm));
        AlgorithmId[] banks = [AlgorithmId.Sha512, AlgorithmId.Sha256, AlgorithmId.Sha384];
        var records = SampleLog.Records([SampleLog.Boot(banks), SampleLog.VmStart(1)], 0, null, banks);
        var state = Accept(ReplayState.Start(algorithm, PcrPlan.Default), records);

        var expected = PcrBank.AtReset(algorithm);
        expected.Extend(VmPcr, algorithm.Hash(records[1].Content.Span));
        Assert.Equal(Convert.ToHexString(expected[VmPcr]), Convert.ToHexString(state[VmPcr]));
    }

    [Fact]
    public void L01_a_record_removed_is_a_gap()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        Refuse(Start(), records.Where(r => r.RecordNumber != 4), RecordProblemCode.Gap, 4);
    }

    [Fact]
    public void L01_a_record_removed_and_the_rest_renumbered_replays_to_another_value()
    {
        var contents = SampleLog.EveryType;
        var honest = Accept(Start(), SampleLog.Records(contents));
        var cut = Accept(Start(), SampleLog.Records(contents.Where(c => c is not VmStopContent)));
        Assert.NotEqual(Convert.ToHexString(honest[VmPcr]), Convert.ToHexString(cut[VmPcr]));
    }

    [Fact]
    public void L01_a_record_duplicated_or_reordered_is_refused()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        Refuse(Start(), [.. records.Take(5), records[4], .. records.Skip(5)], RecordProblemCode.Overlap, 5);
        Refuse(Start(), [.. records.Take(3), records[4], records[3], .. records.Skip(5)], RecordProblemCode.Gap, 3);
    }

    [Fact]
    public void L01_a_log_cut_at_the_end_replays_to_another_value_and_cut_inside_a_record_is_malformed()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        var whole = Accept(Start(), records);
        var cut = Accept(Start(), records.SkipLast(1));
        Assert.NotEqual(Convert.ToHexString(whole[VmPcr]), Convert.ToHexString(cut[VmPcr]));

        var bytes = SampleLog.Sequence(records);
        Refuse(Start(), bytes.AsMemory(0, bytes.Length - 1), RecordProblemCode.Malformed, 10);
    }

    [Fact]
    public void L02_content_changed_with_the_digest_kept_is_not_covered()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        var bytes = SampleLog.Sequence(records);
        bytes[bytes.AsSpan().IndexOf("shutdown"u8)] = (byte)'S';
        Refuse(Start(), bytes, RecordProblemCode.NotCovered, 10);
    }

    [Fact]
    public void L02_a_digest_of_another_bank_that_does_not_cover_the_content_is_refused_too()
    {
        AlgorithmId[] banks = [AlgorithmId.Sha256, AlgorithmId.Sha384];
        var records = SampleLog.Records([SampleLog.Boot(banks)], 0, null, banks);
        var bytes = SampleLog.Sequence(records);
        bytes[bytes.AsSpan().IndexOf(records[0].Digest(AlgorithmId.Sha384).Span)] ^= 1;
        Refuse(Start(), bytes, RecordProblemCode.NotCovered, 0);
    }

    [Fact]
    public void L11_another_boot_in_the_middle_is_refused()
    {
        var other = SampleLog.Boot(AlgorithmId.Sha256) with { BootId = "another" };
        Refuse(Start(), SampleLog.Records([SampleLog.Boot(AlgorithmId.Sha256), other]), RecordProblemCode.BootChanged, 1);
        Accept(Start(), SampleLog.Records([SampleLog.Boot(AlgorithmId.Sha256), SampleLog.Boot(AlgorithmId.Sha256) with { AgentVersion = "0.2.0" }]));
    }

    [Fact]
    public void L11_a_log_without_the_replayed_bank_is_refused()
    {
        var records = SampleLog.Records([SampleLog.Boot(AlgorithmId.Sha384)], 0, null, AlgorithmId.Sha384);
        Refuse(Start(), records, RecordProblemCode.BankMissing, 0);
    }

    [Fact]
    public void L14_a_suffix_must_begin_where_the_state_ends()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        var half = Accept(Start(), records.Take(5));
        Refuse(half, records.Skip(6), RecordProblemCode.Gap, 5);
        Refuse(half, records.Skip(4), RecordProblemCode.Overlap, 5);
        Refuse(half, records, RecordProblemCode.Overlap, 5);
        Refuse(Start(), records.Skip(5), RecordProblemCode.Gap, 0);
    }

    [Fact]
    public void L14_an_empty_suffix_changes_nothing()
    {
        var half = Accept(Start(), SampleLog.Records(SampleLog.EveryType).Take(5));
        Assert.Equal(half.Encode(), Accept(half, []).Encode());
    }

    [Fact]
    public void The_first_record_must_be_boot() =>
        Refuse(Start(), SampleLog.Records([SampleLog.VmStart(1)]), RecordProblemCode.BootMissing, 0);

    [Fact]
    public void A_record_in_another_PCR_than_the_plan_gives_it_is_refused()
    {
        var pcrs = new PcrPlan(new PcrIndex(11), new PcrIndex(12), new PcrIndex(14));
        var boot = SampleLog.Records([SampleLog.Boot(AlgorithmId.Sha256)]);
        Refuse(Start(), [.. boot, .. SampleLog.Records([SampleLog.VmStart(1)], 1, pcrs)], RecordProblemCode.WrongPcr, 1);
        Refuse(Start(), SampleLog.Records([SampleLog.Boot(AlgorithmId.Sha256) with { Pcrs = pcrs }]), RecordProblemCode.WrongPcr, 0);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(23)]
    [InlineData(17)]
    [InlineData(7)]
    [InlineData(10)]
    public void A_resettable_or_foreign_PCR_never_carries_records(int pcr) =>
        Assert.Throws<ArgumentException>(() => new PcrPlan(new PcrIndex(11), new PcrIndex(12), new PcrIndex(pcr)));

    [Fact]
    public void L18_a_record_at_the_limit_passes_and_one_byte_more_names_the_limit()
    {
        Assert.Contains(nameof(MeasurementLimits.MaxContentBytes), Problem(MeasurementLimits.MaxContentBytes + 1).Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(MeasurementLimits.MaxContentBytes), Problem(MeasurementLimits.MaxContentBytes).Problem, StringComparison.Ordinal);

        static RecordProblem Problem(int contentBytes)
        {
            var writer = new CborWriter(CborConformanceMode.Canonical);
            writer.WriteStartMap(4);
            writer.WriteInt32(0);
            writer.WriteInt32(0);
            writer.WriteInt32(1);
            writer.WriteInt32(11);
            writer.WriteInt32(3);
            writer.WriteStartMap(1);
            writer.WriteInt32(11);
            writer.WriteByteString(new byte[32]);
            writer.WriteEndMap();
            writer.WriteInt32(0x5348);
            writer.WriteByteString(new byte[contentBytes]);
            writer.WriteEndMap();
            Assert.False(CelRecord.TryDecode(writer.Encode(), out _, out var problem));
            return problem;
        }
    }

    [Fact]
    public void L18_a_million_records_pass_and_one_more_names_the_limit()
    {
        var boot = CelRecord.Create(0, PcrPlan.Default, [AlgorithmId.Sha256], SampleLog.Boot(AlgorithmId.Sha256));
        var stop = new VmStopContent { Uuid = SampleLog.Uuid(1), Reason = "x" }.Encode();
        using var sequence = new MemoryStream();
        sequence.Write(boot.Encoded.Span);
        var digest = SHA256.HashData(stop);
        for (uint i = 1; i <= MeasurementLimits.MaxRecords; i++)
        {
            sequence.Write([0xa4, 0x00]);
            sequence.Write(i < 24 ? [(byte)i] : i < 256 ? [0x18, (byte)i] : i < 65536 ? [0x19, (byte)(i >> 8), (byte)i] : [0x1a, (byte)(i >> 24), (byte)(i >> 16), (byte)(i >> 8), (byte)i]);
            sequence.Write([0x01, 0x0d, 0x03, 0xa1, 0x0b, 0x58, 0x20, .. digest, 0x19, 0x53, 0x48, 0x58, (byte)stop.Length, .. stop]);
        }

        // The record refused is number 1,000,000: the million before it, from 0 on, passed.
        var problem = Refuse(Start(), sequence.GetBuffer().AsMemory(0, (int)sequence.Length), RecordProblemCode.LimitExceeded, MeasurementLimits.MaxRecords);
        Assert.Contains(nameof(MeasurementLimits.MaxRecords), problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_problems_are_listed_together()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        var bytes = SampleLog.Sequence(records);
        bytes[bytes.AsSpan().IndexOf("shutdown"u8)] = (byte)'S';
        bytes[bytes.AsSpan().IndexOf("restarted late"u8)] = (byte)'R';
        Assert.False(LogReplay.TryReplay(Start(), bytes, out var next, out var read, out var problems));
        Assert.Null(next);
        Assert.Empty(read);
        Assert.Equal([9UL, 10UL], problems.Select(p => p.Record!.Value));
    }

    [Fact]
    public void A_state_cut_or_changed_is_refused_as_bytes()
    {
        var bytes = Accept(Start(), SampleLog.Records(SampleLog.EveryType)).Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(ReplayState.TryDecode(bytes.AsMemory(0, length), out _, out _));
        }

        Assert.False(ReplayState.TryDecode((byte[])[.. bytes, 0], out _, out _));
    }

    private static ReplayState Start() => ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default);

    private static ReplayState Restored(ReplayState state)
    {
        Assert.True(ReplayState.TryDecode(state.Encode(), out var restored, out var problem), problem?.ToString());
        return restored;
    }

    private static ReplayState Accept(ReplayState from, IEnumerable<CelRecord> records) => Accept(from, SampleLog.Sequence(records));

    private static ReplayState Accept(ReplayState from, ReadOnlyMemory<byte> sequence)
    {
        Assert.True(LogReplay.TryReplay(from, sequence, out var next, out _, out var problems), string.Join('\n', problems));
        return next;
    }

    private static RecordProblem Refuse(ReplayState from, IEnumerable<CelRecord> records, RecordProblemCode code, ulong record) =>
        Refuse(from, SampleLog.Sequence(records), code, record);

    private static RecordProblem Refuse(ReplayState from, ReadOnlyMemory<byte> sequence, RecordProblemCode code, ulong record)
    {
        Assert.False(LogReplay.TryReplay(from, sequence, out var next, out var records, out var problems));
        Assert.Null(next);
        Assert.Empty(records);
        var problem = Assert.Single(problems);
        Assert.Equal((code, record), (problem.Code, problem.Record));
        return problem;
    }
}
