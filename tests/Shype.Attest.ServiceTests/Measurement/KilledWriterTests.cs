using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Measurement;

/// <summary>The agent's log under a writer that is killed at any moment, under a full disk, and under another owner.</summary>
[SupportedOSPlatform("linux")]
public sealed class KilledWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-test-").FullName;

    private string Log => Path.Combine(_folder, "log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task L19_no_record_that_was_reported_is_lost_however_the_writer_dies()
    {
        var reported = -1;
        for (var round = 0; round < 12; round++)
        {
            using var writer = Start("dotnet", WriterPath, Log);
            // Another number of records each time, so that the kill falls on other instants of an append.
            for (var more = 5 + (round * 7); more > 0; more--)
            {
                var line = await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                reported = int.TryParse(line, CultureInfo.InvariantCulture, out var number) ? number : reported;
            }

            writer.Kill();
            await writer.WaitForExitAsync(TestContext.Current.CancellationToken);

            using var log = MeasurementLogFile.Open(Log, new LogIdentity("boot", 1));
            Assert.InRange(log.Records.Count, reported + 1, int.MaxValue);
            Assert.True(
                LogReplay.TryReplay(ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default), log.SequenceFrom(0), out _, out _, out var problems),
                string.Join('\n', problems));
        }

        Assert.True(reported > 100, $"only {reported} records were written");
    }

    [Fact]
    public async Task A06_a_full_disk_is_a_typed_error_and_leaves_no_half_record()
    {
        // A limit on file sizes is the full disk that needs no privileges: the write stops in the middle of a record, as with ENOSPC.
        const string limited = "trap '' XFSZ; ulimit -f 16; DOTNET_EnableWriteXorExecute=0 exec dotnet \"$0\" \"$1\"";
        using var writer = Start("bash", "-c", limited, WriterPath, Log);
        var output = await writer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(nameof(MeasurementLogError.DiskFull), lines[^1]);
        Assert.Equal(1, writer.ExitCode);
        using var log = MeasurementLogFile.Open(Log, new LogIdentity("boot", 1));
        Assert.Null(log.Torn);
        Assert.Equal(int.Parse(lines[^2], CultureInfo.InvariantCulture) + 1, log.Records.Count);
    }

    [Fact]
    public async Task A06_a_log_or_directory_of_another_owner_is_refused()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give files away");
        MeasurementLogFile.Open(Log, new LogIdentity("boot", 1)).Dispose();
        await Run("chown", "nobody", Log);
        Assert.Equal(MeasurementLogError.UnsafeFile, Refuse());
        await Run("chown", "root", Log);
        await Run("chown", "nobody", _folder);
        Assert.Equal(MeasurementLogError.UnsafeDirectory, Refuse());
    }

    [Fact]
    public async Task A06_a_FIFO_or_a_second_name_in_the_logs_place_is_refused_without_hanging()
    {
        await Run("mkfifo", "-m", "600", Log);
        Assert.Equal(MeasurementLogError.UnsafeFile, Refuse());
        File.Delete(Log);
        MeasurementLogFile.Open(Log, new LogIdentity("boot", 1)).Dispose();
        await Run("ln", Log, Log + ".second");
        Assert.Equal(MeasurementLogError.UnsafeFile, Refuse());
    }

    private static string WriterPath => Path.Combine(AppContext.BaseDirectory, "Shype.Attest.LogWriter.dll");

    private MeasurementLogError Refuse() =>
        Assert.Throws<MeasurementLogException>(() => MeasurementLogFile.Open(Log, new LogIdentity("boot", 1)).Dispose()).Error;

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
