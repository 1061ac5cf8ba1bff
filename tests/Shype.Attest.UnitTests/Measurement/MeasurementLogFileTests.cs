using System.Runtime.Versioning;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

[SupportedOSPlatform("linux")]
public sealed class MeasurementLogFileTests : IDisposable
{
    private static readonly LogIdentity Boot = new(SampleLog.BootId, 7);
    private static readonly IReadOnlyList<CelRecord> Records = SampleLog.Records(SampleLog.EveryType);
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.File("measurements.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gives_back_what_was_appended()
    {
        Write(Records);
        using var log = MeasurementLogFile.Open(Log, Boot);

        Assert.Equal(Records.Select(r => Convert.ToHexString(r.Encoded.Span)), log.Records.Select(r => Convert.ToHexString(r.Encoded.Span)));
        Assert.Null(log.Torn);
        Assert.Equal(SampleLog.Sequence(Records.Skip(4)), log.SequenceFrom(4));
        Assert.Equal(SampleLog.Sequence(Records), log.SequenceFrom(0));
        Assert.Empty(log.SequenceFrom(99));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Log));
        Assert.StartsWith($"shype-log 1 boot={SampleLog.BootId} resets=7\n", File.ReadAllText(Log), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_next_record_is_appended()
    {
        using var log = MeasurementLogFile.Open(Log, Boot);
        Assert.Throws<ArgumentException>(() => log.Append(Records[1]));
        log.Append(Records[0]);
        Assert.Throws<ArgumentException>(() => log.Append(Records[0]));
    }

    [Fact]
    public void L19_a_log_cut_at_any_byte_keeps_every_whole_record_and_sets_the_rest_aside()
    {
        Write(Records.Take(3));
        var whole = File.ReadAllBytes(Log);
        var header = whole.Length - Records.Take(3).Sum(r => r.Encoded.Length);
        var ends = new List<int> { header };
        ends.AddRange(Records.Take(3).Select(r => ends[^1] + r.Encoded.Length));

        for (var length = 0; length < whole.Length; length++)
        {
            using var folder = new TemporaryFolder();
            var path = folder.File("log");
            File.WriteAllBytes(path, whole[..length]);
            using (var log = MeasurementLogFile.Open(path, Boot))
            {
                var kept = ends.Count(end => end <= length) - 1;
                Assert.Equal(Math.Max(0, kept), log.Records.Count);
                Assert.Equal(!ends.Contains(length), log.Torn is not null);
                if (log.Torn is { } torn)
                {
                    Assert.Equal(whole[(int)torn.Offset..length], File.ReadAllBytes(torn.KeptIn));
                    Assert.Equal(path + ".torn-1", torn.KeptIn);
                }

                log.Append(Records[log.Records.Count]);
            }

            using var again = MeasurementLogFile.Open(path, Boot);
            Assert.Null(again.Torn);
            Assert.Equal(whole[..ends[again.Records.Count]], File.ReadAllBytes(path));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5000)]
    public void A_tail_of_zeros_as_file_systems_leave_it_after_a_power_cut_is_set_aside(int zeros)
    {
        Write(Records.Take(2));
        var whole = File.ReadAllBytes(Log);
        File.WriteAllBytes(Log, [.. whole, .. Records[2].Encoded.ToArray()[..20], .. new byte[zeros]]);

        using var log = MeasurementLogFile.Open(Log, Boot);
        Assert.Equal((2, whole.Length, 20 + zeros), (log.Records.Count, log.Torn!.Offset, log.Torn.Length));
        Assert.Equal(whole.Length, new FileInfo(Log).Length);
    }

    [Fact]
    public void Torn_tails_are_kept_one_beside_the_other()
    {
        Write(Records.Take(2));
        for (var i = 1; i <= 3; i++)
        {
            File.AppendAllText(Log, "half" + i);
            using var log = MeasurementLogFile.Open(Log, Boot);
            Assert.Equal($"half{i}", File.ReadAllText(_folder.File($"measurements.log.torn-{i}")));
        }
    }

    [Fact]
    public void A_byte_changed_before_the_end_is_damage_and_nothing_is_touched()
    {
        Write(Records);
        var whole = File.ReadAllBytes(Log);
        var last = whole.Length - Records[^1].Encoded.Length;
        for (var at = 0; at < last; at += 7)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 0x20;
            File.WriteAllBytes(Log, changed);
            MeasurementLogFile? opened = null;
            try
            {
                opened = MeasurementLogFile.Open(Log, Boot);
                // Only a boot id or reset count of another boot reads as something else than damage.
                Assert.NotNull(opened.Previous);
                Assert.Empty(opened.Records);
                File.Delete(opened.Previous);
            }
            catch (MeasurementLogException e)
            {
                Assert.Contains(e.Error, new[] { MeasurementLogError.Damaged, MeasurementLogError.UnknownVersion });
                Assert.Equal(changed, File.ReadAllBytes(Log));
            }
            finally
            {
                opened?.Dispose();
            }
        }
    }

    [Fact]
    public void A_record_left_out_or_repeated_is_damage()
    {
        Write(Records.Take(2));
        var whole = File.ReadAllBytes(Log);
        foreach (var wrong in new[] { Records[3], Records[1] })
        {
            File.WriteAllBytes(Log, [.. whole, .. wrong.Encoded.Span]);
            Assert.Equal(MeasurementLogError.Damaged, Refuse().Error);
        }
    }

    [Fact]
    public void The_log_of_another_boot_is_kept_and_a_new_one_begun()
    {
        Write(Records.Take(2));
        var before = File.ReadAllBytes(Log);
        var next = new LogIdentity("next-boot", 8);
        using (var log = MeasurementLogFile.Open(Log, next))
        {
            Assert.Empty(log.Records);
            Assert.Equal(before, File.ReadAllBytes(log.Previous!));
            Assert.Equal(Log + $".boot-{SampleLog.BootId}-1", log.Previous);
        }

        // The same boot id with another reset count is another boot too: a boot id can be chosen, the TPM's count cannot.
        using var reset = MeasurementLogFile.Open(Log, new LogIdentity("next-boot", 9));
        Assert.NotNull(reset.Previous);
    }

    [Fact]
    public void Another_version_is_refused()
    {
        File.WriteAllText(Log, "shype-log 2 boot=x resets=1 more\n");
        Assert.Equal(MeasurementLogError.UnknownVersion, Refuse().Error);
        File.WriteAllText(Log, "something else\n");
        Assert.Equal(MeasurementLogError.Damaged, Refuse().Error);
    }

    [Fact]
    public void One_process_at_a_time()
    {
        using (MeasurementLogFile.Open(Log, Boot))
        {
            Assert.Equal(MeasurementLogError.InUse, Refuse().Error);
        }

        MeasurementLogFile.Open(Log, Boot).Dispose();
    }

    [Fact]
    public void A06_a_directory_replaced_by_a_link_is_refused()
    {
        Directory.CreateDirectory(_folder.File("real"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateSymbolicLink(_folder.File("linked"), _folder.File("real"));
        Assert.Equal(MeasurementLogError.UnsafeDirectory, Refuse(Path.Combine(_folder.File("linked"), "log")).Error);
        Assert.Equal(MeasurementLogError.UnsafeDirectory, Refuse(Path.Combine(_folder.File("missing"), "log")).Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File("real")));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A06_a_directory_or_file_that_others_can_write_is_refused(UnixFileMode mode)
    {
        Write(Records.Take(1));
        File.SetUnixFileMode(Log, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        Assert.Equal(MeasurementLogError.UnsafeFile, Refuse().Error);
        File.SetUnixFileMode(Log, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var owner = File.GetUnixFileMode(_folder.Path);
        File.SetUnixFileMode(_folder.Path, owner | mode);
        Assert.Equal(MeasurementLogError.UnsafeDirectory, Refuse().Error);
        File.SetUnixFileMode(_folder.Path, owner);
        MeasurementLogFile.Open(Log, Boot).Dispose();
    }

    [Fact]
    public void A06_a_link_in_the_logs_place_is_refused_and_its_target_untouched()
    {
        var target = _folder.File("target");
        File.WriteAllText(target, "precious");
        File.CreateSymbolicLink(Log, target);
        Assert.Equal(MeasurementLogError.UnsafeFile, Refuse().Error);
        File.Delete(Log);
        File.CreateSymbolicLink(Log, _folder.File("nowhere"));
        Assert.Equal(MeasurementLogError.UnsafeFile, Refuse().Error);
        File.Delete(Log);
        Directory.CreateDirectory(Log);
        Assert.Equal(MeasurementLogError.UnsafeFile, Refuse().Error);
        Assert.Equal("precious", File.ReadAllText(target));
    }

    [Fact]
    public void A_leftover_of_a_log_that_was_being_begun_does_no_harm()
    {
        File.WriteAllText(Log + ".new", "shype-lo");
        MeasurementLogFile.Open(Log, Boot).Dispose();
        Assert.False(File.Exists(Log + ".new"));
        Assert.True(File.Exists(Log));
    }

    [Fact]
    public void What_is_on_disk_replays()
    {
        Write(Records);
        using var log = MeasurementLogFile.Open(Log, Boot);
        Assert.True(LogReplay.TryReplay(ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default), log.SequenceFrom(0), out var state, out _, out _));
        Assert.Equal((log.NextRecord, Boot.BootId), (state.NextRecord, state.BootId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("../x")]
    public void A_boot_id_cannot_break_the_header_or_a_file_name(string bootId) => Assert.Throws<ArgumentException>(() => new LogIdentity(bootId, 0));

    private void Write(IEnumerable<CelRecord> records)
    {
        using var log = MeasurementLogFile.Open(Log, Boot);
        foreach (var record in records)
        {
            log.Append(record);
        }
    }

    private MeasurementLogException Refuse(string? path = null) =>
        Assert.Throws<MeasurementLogException>(() => MeasurementLogFile.Open(path ?? Log, Boot).Dispose());
}
