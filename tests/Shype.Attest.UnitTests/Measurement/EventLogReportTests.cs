using System.Text;
using System.Text.Json;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

public sealed class EventLogReportTests
{
    [Theory]
    [MemberData(nameof(FirmwareLogs.WithExpectedPcrs), MemberType = typeof(FirmwareLogs))]
    public void The_JSON_has_the_members_that_people_script_against(string file)
    {
        Assert.True(EventLogReport.TryCreate(TestData.Bytes("eventlog", file), out var report, out _));
        var json = JsonDocument.Parse(report.ToJson()).RootElement;

        Assert.Equal(["format", "banks", "events", "pcrs", "findings", "claims", "claimsBank"], json.EnumerateObject().Select(member => member.Name));
        var expected = FirmwareLogs.Expected.GetProperty(file);
        Assert.Equal(expected.GetProperty("events").GetInt32(), json.GetProperty("events").GetArrayLength());
        foreach (var bank in expected.GetProperty("pcrs").EnumerateObject())
        {
            Assert.True(JsonElement.DeepEquals(bank.Value, json.GetProperty("pcrs").GetProperty(bank.Name)), bank.Name);
        }

        foreach (var first in json.GetProperty("events").EnumerateArray().Take(1))
        {
            Assert.Equal(["index", "offset", "pcr", "type", "digests", "size", "description", "kind", "coverage"], first.EnumerateObject().Select(member => member.Name));
        }
    }

    [Fact]
    public void Events_are_described_for_people()
    {
        var events = EventLogReport.Create(FirmwareLogs.Parse("ubuntu-1804-amd-sev.bin")).Events;
        Assert.Contains(events, e => e is { Type: "EV_EFI_VARIABLE_DRIVER_CONFIG", Description: "variable SecureBoot: 00", Kind: "variable", Coverage: "whole" });
        Assert.Contains(events, e => e is { Type: "EV_EFI_ACTION", Description: "Calling EFI Application from Boot Option" });
        Assert.Contains(events, e => e.Type == "EV_IPL" && e.Description.StartsWith("grub_cmd: ", StringComparison.Ordinal));
        Assert.Contains(events, e => e is { Type: "EV_SEPARATOR", Description: "00000000" });
    }

    [Fact]
    public void K14_a_hostile_log_prints_nothing_that_moves_a_cursor()
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
        foreach (var hostile in new[] { "\u001b]0;owned\u0007", "a\nfinding: none", "\u202egnp", "\0\0\u001b[2J", "\u2028", new string('x', 100_000) })
        {
            writer.Add(new PcrIndex(8), EventType.Ipl, Encoding.UTF8.GetBytes(hostile));
            writer.Add(new PcrIndex(8), EventType.Ipl, Encoding.Unicode.GetBytes(hostile));
            var name = Encoding.Unicode.GetBytes(hostile);
            writer.Add(new PcrIndex(7), EventType.EfiVariableAuthority, [.. new byte[16], .. BitConverter.GetBytes((ulong)hostile.Length), .. new byte[8], .. name]);
            writer.Add(new PcrIndex(7), EventType.EfiVariableBoot, [.. new byte[16], .. BitConverter.GetBytes(ulong.MaxValue), .. new byte[8], .. name]);
        }

        var report = EventLogReport.Create(FirmwareLogs.Parse(writer.ToArray()));
        Assert.All(report.Events, e => Assert.InRange(e.Description.Length, 0, 800));
        Assert.All(report.Events, e => Assert.DoesNotContain(e.Description, c => char.IsControl(c) || c is '\u202e' or '\u2028'));
        Assert.DoesNotContain(report.ToText(), c => (char.IsControl(c) && c != '\n') || c is '\u202e' or '\u2028');
        Assert.DoesNotContain("\nfinding: none", report.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_names_banks_PCRs_and_findings()
    {
        var text = EventLogReport.Create(FirmwareLogs.Parse("acs_tpm2bios.log")).ToText();
        Assert.StartsWith("crypto-agile log, 26 events, banks sha256, sha1\n", text, StringComparison.Ordinal);
        Assert.Contains("finding: spec-id-with-digest at byte 8: ", text, StringComparison.Ordinal);
        Assert.Contains("sha256, replayed:\n   0: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_log_has_a_problem_and_no_report()
    {
        Assert.False(EventLogReport.TryCreate(TestData.Bytes("eventlog", "debian-10.bin").AsMemory(0, 100), out var report, out var problem));
        Assert.Null(report);
        Assert.StartsWith("event 1 ", problem.ToString(), StringComparison.Ordinal);
    }
}
