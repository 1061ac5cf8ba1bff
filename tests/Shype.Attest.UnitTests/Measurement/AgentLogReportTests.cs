using System.Text;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

public sealed class AgentLogReportTests
{
    private static readonly byte[] Header = Encoding.ASCII.GetBytes($"shype-log 1 boot={SampleLog.BootId} resets=7\n");

    [Fact]
    public void A_log_of_every_record_is_reported_as_written_down() => Golden.Match("cli", "agent-log.txt", Report(Whole()).ToText());

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha256 sha384")]
    public void Every_bank_is_replayed(string names)
    {
        AlgorithmId[] banks = [.. names.Split(' ').Select(name => HashAlgorithms.TryParseText(name, out var bank) ? bank : default)];
        var report = Report(Whole(banks));
        Assert.Equal(names.Split(' '), report.Banks);
        foreach (var bank in banks)
        {
            Assert.True(LogReplay.TryReplay(ReplayState.Start(bank, PcrPlan.Default), Whole(banks).AsMemory(Header.Length), out var state, out _, out _));
            Assert.Equal(Convert.ToHexStringLower(state[new PcrIndex(13)]), report.Pcrs[bank.ToText()]["13"]);
        }
    }

    [Fact]
    public void Offsets_are_those_of_the_file()
    {
        var file = Whole();
        Assert.All(Report(file).Events, record => Assert.Equal(0xa4, file[record.Offset]));
    }

    [Fact]
    public void A_log_without_records_is_a_log() => Assert.Empty(Report(Header).Events);

    [Fact]
    public void No_byte_can_be_changed_or_cut_unnoticed()
    {
        var file = Whole();
        var ends = Report(file).Events.Select(record => record.Offset).Append(file.Length).ToHashSet();
        for (var at = Header.Length; at < file.Length; at++)
        {
            Assert.Equal(ends.Contains(at), AgentLogReport.TryCreate(file.AsMemory(0, at), out _, out var problem));
            Assert.True(problem is null || problem.Offset <= at);
        }

        for (var at = Header.Length; at < file.Length; at += 5)
        {
            var edited = (byte[])file.Clone();
            edited[at] ^= 1;
            // What stays readable is another history, and leads to other PCRs.
            Assert.True(!AgentLogReport.TryCreate(edited, out var report, out _) || report.ToText() != Report(file).ToText());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("shype-log")]
    [InlineData("shype-log 1 boot=x resets=1")]
    [InlineData("shype-log 2 boot=x resets=1\n")]
    [InlineData("shype-log 1 boot=\u001b[2J resets=1\n")]
    public void A_damaged_header_is_named(string text)
    {
        Assert.False(AgentLogReport.TryCreate(Encoding.UTF8.GetBytes(text), out _, out var problem));
        Assert.StartsWith("header line at byte 0: ", problem.ToString(), StringComparison.Ordinal);
    }

    private static byte[] Whole(params AlgorithmId[] banks) => [.. Header, .. SampleLog.Sequence(SampleLog.Records(
        banks.Length > 1 ? [SampleLog.Boot(banks), .. SampleLog.EveryType.Skip(1)] : SampleLog.EveryType, banks: banks))];

    private static EventLogReport Report(byte[] file)
    {
        Assert.True(AgentLogReport.TryCreate(file, out var report, out var problem), problem?.ToString());
        return report;
    }
}
