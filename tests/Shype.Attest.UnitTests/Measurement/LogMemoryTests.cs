using System.Runtime.Versioning;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Testing.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>A log that is opened again and again: what is unchanged is not read twice, and whatever was changed is.</summary>
[SupportedOSPlatform("linux")]
public sealed class LogMemoryTests : IDisposable
{
    private static readonly LogIdentity Boot = new(SampleLog.BootId, 7);
    private static readonly IReadOnlyList<CelRecord> Records = SampleLog.Records(SampleLog.EveryType);
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.File("measurements.log");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    public void What_others_appended_is_read_and_what_was_known_is_the_same_object(int known, int more)
    {
        Append(known);
        var memory = Read();
        Append(more);

        using var log = MeasurementLogFile.Open(Log, Boot, memory);
        Assert.True(log.IsContinued);
        Assert.Equal(known + more, log.Records.Count);
        Assert.Equal(SampleLog.Sequence(Records.Take(known + more)), log.SequenceFrom(0));
        Assert.All(memory.Records.Zip(log.Records), pair => Assert.Same(pair.First, pair.Second));
    }

    [Fact]
    public void What_was_appended_here_is_known_to_the_next_opening()
    {
        LogMemory memory;
        using (var log = MeasurementLogFile.Open(Log, Boot))
        {
            log.Append(Records[0]);
            log.Append(Records[1]);
            memory = log.Memory;
        }

        using var again = MeasurementLogFile.Open(Log, Boot, memory);
        Assert.True(again.IsContinued);
        Assert.Same(Records[1], again.Records[1]);
        again.Append(Records[2]);
        Assert.Equal(new FileInfo(Log).Length, again.Memory.Length);
    }

    [Fact]
    public void A_half_record_after_what_is_known_is_set_aside_as_ever()
    {
        Append(3);
        var memory = Read();
        File.AppendAllText(Log, "half");
        using var log = MeasurementLogFile.Open(Log, Boot, memory);
        Assert.True(log.IsContinued);
        Assert.Equal("half", File.ReadAllText(log.Torn!.KeptIn));
        Assert.Equal((3, new FileInfo(Log).Length), (log.Records.Count, log.Memory.Length));
    }

    [Fact]
    public void A_byte_changed_anywhere_in_what_is_known_is_damage_as_ever()
    {
        Append(4);
        var memory = Read();
        var whole = File.ReadAllBytes(Log);
        var header = whole.Length - Records.Take(4).Sum(record => record.Encoded.Length);
        // The last record is left out: a change in it looks like a half-written one, with a memory and without.
        for (var i = header; i < whole.Length - Records[3].Encoded.Length; i += 7)
        {
            var changed = whole.ToArray();
            changed[i] ^= 0x20;
            File.WriteAllBytes(Log, changed);
            Assert.Equal(MeasurementLogError.Damaged, Assert.Throws<MeasurementLogException>(() => MeasurementLogFile.Open(Log, Boot, memory).Dispose()).Error);
        }
    }

    [Fact]
    public void A_log_that_is_shorter_or_gone_or_of_another_boot_is_read_anew()
    {
        Append(4);
        var memory = Read();
        File.Delete(Log);
        Append(2);
        using (var shorter = MeasurementLogFile.Open(Log, Boot, memory))
        {
            Assert.Equal((false, 2), (shorter.IsContinued, shorter.Records.Count));
        }

        File.Delete(Log);
        using (var begun = MeasurementLogFile.Open(Log, Boot, memory))
        {
            Assert.Equal((false, 0), (begun.IsContinued, begun.Records.Count));
        }

        using var next = MeasurementLogFile.Open(Log, new LogIdentity("next-boot", 8), memory);
        Assert.False(next.IsContinued);
        Assert.NotNull(next.Previous);
    }

    private void Append(int count)
    {
        using var log = MeasurementLogFile.Open(Log, Boot);
        foreach (var record in Records.Skip(log.Records.Count).Take(count))
        {
            log.Append(record);
        }
    }

    private LogMemory Read()
    {
        using var log = MeasurementLogFile.Open(Log, Boot);
        return log.Memory;
    }
}
