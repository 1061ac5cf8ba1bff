using System.Formats.Cbor;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>Seeded mutations of every real log and every record through every parser: a value or a typed problem, never anything else.</summary>
public sealed class ParserFuzzTests
{
    public static TheoryData<string> Logs => [.. FirmwareLogs.All.Select(log => log.Name)];

    [Theory]
    [MemberData(nameof(Logs))]
    public void L10_mutated_firmware_logs_parse_replay_and_print_or_are_refused(string file)
    {
        var original = FirmwareLogs.All.Single(log => log.Name == file).Bytes;
        var random = new Random(file.Length * 7919);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 300; round++)
        {
            var bytes = Mutate(original, random, near: 512);
            if (!TcgEventLog.TryParse(bytes, out var log, out var problem))
            {
                refused++;
                Assert.InRange(problem.Offset, 0, bytes.Length);
                continue;
            }

            read++;
            Assert.InRange(log.Findings.Count, 0, MeasurementLimits.MaxFindings);
            _ = EventLogReport.Create(log).ToText();
        }

        Assert.True(read > 0 && refused > 0, $"{read} read, {refused} refused: the mutations do not reach both");
    }

    [Fact]
    public void L17_mutated_records_decode_to_the_same_bytes_or_are_refused()
    {
        var random = new Random(17);
        foreach (var original in SampleLog.EveryType.Select(content => content.Encode()))
        {
            for (var round = 0; round < 2000; round++)
            {
                var bytes = Mutate(original, random, near: original.Length);
                if (MeasurementContent.TryDecode(bytes, out var content, out var problem))
                {
                    Assert.Equal(bytes, content.Encode());
                    var library = new CborReader(bytes, CborConformanceMode.Canonical);
                    library.SkipValue();
                    Assert.Equal(0, library.BytesRemaining);
                }
                else
                {
                    Assert.InRange(problem.Offset, 0, bytes.Length);
                }
            }
        }
    }

    [Fact]
    public void L17_mutated_sequences_replay_only_when_nothing_changed()
    {
        var random = new Random(42);
        var original = SampleLog.Sequence(SampleLog.Records(SampleLog.EveryType));
        var start = ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default);
        Assert.True(LogReplay.TryReplay(start, original, out var honest, out _, out _));
        for (var round = 0; round < 5000; round++)
        {
            var bytes = Mutate(original, random, near: original.Length);
            if (LogReplay.TryReplay(start, bytes, out var state, out _, out var problems))
            {
                // Cut between two records, or unchanged: never the same PCRs from other bytes.
                Assert.True(bytes.AsSpan().SequenceEqual(original) || !state.Encode().AsSpan().SequenceEqual(honest.Encode()));
            }
            else
            {
                Assert.NotEmpty(problems);
                Assert.All(problems, problem => Assert.InRange(problem.Offset, 0, bytes.Length));
            }
        }
    }

    [Fact]
    public void Mutated_states_and_records_are_values_or_problems()
    {
        var random = new Random(5);
        var records = SampleLog.Records(SampleLog.EveryType);
        var state = records.Aggregate(ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default), (s, r) => s.After(r)).Encode();
        for (var round = 0; round < 3000; round++)
        {
            _ = ReplayState.TryDecode(Mutate(state, random, state.Length), out _, out _);
            var record = records[round % records.Count].Encoded.ToArray();
            _ = CelRecord.TryDecode(Mutate(record, random, record.Length), out _, out _);
        }
    }

    [Fact]
    public void Random_bytes_are_values_or_problems()
    {
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            _ = TcgEventLog.TryParse(bytes, out _, out _);
            Assert.False(MeasurementContent.TryDecode(bytes, out _, out _));
            Assert.False(CelRecord.TryDecode(bytes, out _, out _));
        }
    }

    private static byte[] Mutate(byte[] original, Random random, int near)
    {
        var bytes = (byte[])original.Clone();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            // Half of the changes near the start, where the structure is.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(near, bytes.Length) : bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = random.Next(2) == 0 ? (byte)0xff : (byte)0;
                    break;
                case 3:
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), random.Next(2) == 0 ? uint.MaxValue : 0x7fff_ffff);
                    break;
                case 4 when bytes.Length > 1:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes[(at / 2)..Math.Min(bytes.Length, (at / 2) + 32)], .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }
}
