using System.Buffers.Binary;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>Logs that somebody edited: sizes that lie, heads that lie, starts chosen by the writer (threats L04, L05, L09, L10; formats A9, A12, A15, A16).</summary>
public sealed class FirmwareLogAttackTests
{
    private const string Log = "ubuntu-1804-amd-sev.bin";

    // The head of an agile log: pcrIndex 0, eventType 4, digest 8, eventSize 28, data 32; in it numberOfAlgorithms at 24, the first digestSize at 30.
    private const int SpecId = 32;

    [Theory]
    [InlineData(0, 2, "pcrIndex")] // neither a TPM's nor a CCEL's
    [InlineData(28, 0xff, "")] // head's eventSize over what follows
    [InlineData(31, 0xff, "eventSize")] // 4 GiB
    [InlineData(SpecId + 20, 1, "specVersion")]
    [InlineData(SpecId + 21, 1, "specVersion")]
    [InlineData(SpecId + 23, 3, "uintnSize")]
    [InlineData(SpecId + 24, 0, "numberOfAlgorithms")]
    [InlineData(SpecId + 24, 9, "numberOfAlgorithms")]
    [InlineData(SpecId + 27, 0xff, "numberOfAlgorithms")]
    [InlineData(SpecId + 30, 32, "digestSize")] // SHA-1 with 32 bytes
    [InlineData(SpecId + 32, 4, "algorithmId")] // SHA-1 twice
    public void L10_A16_a_head_that_lies_is_refused(int at, byte value, string member)
    {
        var bytes = TestData.Bytes("eventlog", Log);
        bytes[at] = value;
        Assert.Contains(member, FirmwareLogs.Refuse(bytes).Member, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(255)]
    public void L10_vendor_info_must_fill_the_Spec_ID_event(byte size)
    {
        var bytes = TestData.Bytes("eventlog", "acs_tpm2bios.log");
        Assert.Equal(4, bytes[SpecId + 36]);
        bytes[SpecId + 36] = size;
        Assert.Contains("vendorInfo", FirmwareLogs.Refuse(bytes).Member, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0x8000_0000)]
    [InlineData(1_000_000)]
    public void L10_an_event_size_past_the_end_names_event_and_offset(uint size)
    {
        var bytes = TestData.Bytes("eventlog", Log);
        var third = FirmwareLogs.Parse(bytes).Events[3];
        var sizeAt = third.Offset + 12 + third.Digests.Sum(d => 2 + d.Value.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(sizeAt), size);

        var problem = FirmwareLogs.Refuse(bytes);
        Assert.Equal(("event 3 eventSize", sizeAt), (problem.Member, problem.Offset));
    }

    [Fact]
    public void L10_every_cut_of_a_log_is_refused_or_ends_between_two_events()
    {
        var bytes = TestData.Bytes("eventlog", "acs_tpm2bios.log");
        var ends = FirmwareLogs.Parse(bytes).Events.Select(e => e.Offset).ToHashSet();
        for (var length = 0; length < bytes.Length; length++)
        {
            var read = TcgEventLog.TryParse(bytes.AsMemory(0, length), out _, out var problem);
            Assert.Equal(ends.Contains(length), read);
            Assert.True(read || problem!.Offset <= length);
        }
    }

    [Fact]
    public void L10_an_event_at_its_limit_passes_and_one_byte_more_names_the_limit()
    {
        var most = new byte[MeasurementLimits.MaxFirmwareEventBytes];
        var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
        writer.Add(new PcrIndex(4), EventType.Ipl, most);
        var bytes = writer.ToArray();
        Assert.Single(FirmwareLogs.Parse(bytes).Events);

        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(bytes.Length - most.Length - 4), most.Length + 1);
        Assert.Contains(nameof(MeasurementLimits.MaxFirmwareEventBytes), FirmwareLogs.Refuse([.. bytes, 0]).Problem, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TcgEventLogWriter(AlgorithmId.Sha256).Add(new PcrIndex(4), EventType.Ipl, new byte[most.Length + 1]));
    }

    [Fact]
    public void L10_a_log_at_its_limit_of_events_passes_and_one_more_names_the_limit()
    {
        var bytes = new byte[32 * (MeasurementLimits.MaxFirmwareEvents + 1)];
        Assert.Equal(MeasurementLimits.MaxFirmwareEvents, FirmwareLogs.Parse(bytes[..^32]).Events.Count);
        Assert.Contains(nameof(MeasurementLimits.MaxFirmwareEvents), FirmwareLogs.Refuse(bytes).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void L10_a_log_over_its_limit_of_bytes_is_refused_unread() =>
        Assert.Contains(
            nameof(MeasurementLimits.MaxFirmwareLogBytes),
            FirmwareLogs.Refuse(new byte[MeasurementLimits.MaxFirmwareLogBytes + 1]).Problem,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(24u)]
    [InlineData(99u)]
    [InlineData(uint.MaxValue)]
    public void A15_a_PCR_out_of_range_is_refused_in_both_layouts(uint pcr)
    {
        var sha1 = TestData.Bytes("eventlog", "debian-10.bin");
        BinaryPrimitives.WriteUInt32LittleEndian(sha1, pcr);
        Assert.Equal(("event 0 pcrIndex", 0), (FirmwareLogs.Refuse(sha1).Member, FirmwareLogs.Refuse(sha1).Offset));

        var agile = TestData.Bytes("eventlog", Log);
        var second = FirmwareLogs.Parse(agile).Events[2].Offset;
        BinaryPrimitives.WriteUInt32LittleEndian(agile.AsSpan(second), pcr);
        Assert.Equal(("event 2 pcrIndex", second), (FirmwareLogs.Refuse(agile).Member, FirmwareLogs.Refuse(agile).Offset));
    }

    [Fact]
    public void L09_A12_an_unknown_event_type_is_a_finding_and_changes_no_PCR()
    {
        var bytes = TestData.Bytes("eventlog", Log);
        var log = FirmwareLogs.Parse(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(log.Events[5].Offset + 4), 0x1234_5678);
        var edited = FirmwareLogs.Parse(bytes);

        Assert.Equal((LogFindingCode.UnknownEventType, 5), Assert.Single(edited.Findings.Except(log.Findings).Select(f => (f.Code, f.Event!.Value))));
        Assert.Equal("0x12345678", edited.Events[5].Type.ToText());
        Assert.Equal(Pcr(log, 0), Pcr(edited, 0));
    }

    [Fact]
    public void An_unknown_hash_is_a_finding_and_the_other_banks_replay()
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha256, AlgorithmId.Sha384);
        writer.Add(new PcrIndex(0), EventType.CrtmVersion, "v1"u8);
        var bytes = writer.ToArray();
        foreach (var at in Indices(bytes, [0x0c, 0x00]))
        {
            bytes[at] = 0x7e;
        }

        var log = FirmwareLogs.Parse(bytes);
        Assert.Equal(LogFindingCode.UnknownAlgorithm, Assert.Single(log.Findings).Code);
        Assert.True(PcrReplay.TryReplay(log, AlgorithmId.Sha256, out _));
        Assert.False(PcrReplay.TryReplay(log, (AlgorithmId)0x7e, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    public void StartupLocality_before_the_first_extend_starts_PCR_0(byte locality)
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
        writer.AddStartupLocality(locality);
        var digest = writer.Add(new PcrIndex(0), EventType.CrtmVersion, "v1"u8)[0];
        var log = FirmwareLogs.Parse(writer.ToArray());

        Assert.Empty(log.Findings);
        Assert.Equal(Extended(locality, digest.Value), Pcr(log, 0));
    }

    [Fact]
    public void L05_A16_StartupLocality_late_twice_or_odd_is_a_finding_and_is_not_believed()
    {
        Check(LogFindingCode.LocalityLate, 0, w => { Version(w); w.AddStartupLocality(3); });
        Check(LogFindingCode.LocalityRepeated, 3, w => { w.AddStartupLocality(3); w.AddStartupLocality(4); Version(w); });
        Check(LogFindingCode.LocalityMalformed, 0, w => { w.AddStartupLocality(1); Version(w); });
        Check(LogFindingCode.LocalityMalformed, 0, w => { w.AddNoAction("StartupLocality\0"u8); Version(w); });
        Check(LogFindingCode.LocalityMalformed, 0, w => { w.AddNoAction("StartupLocality\0\u0003\0"u8); Version(w); });

        static void Check(LogFindingCode code, byte locality, Action<TcgEventLogWriter> write)
        {
            var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
            write(writer);
            var log = FirmwareLogs.Parse(writer.ToArray());
            Assert.Equal(code, Assert.Single(log.Findings).Code);
            Assert.Equal(Extended(locality, AlgorithmId.Sha256.Hash("v1"u8)), Pcr(log, 0));
        }
    }

    [Fact]
    public void An_H_CRTM_elsewhere_than_first_or_against_StartupLocality_is_a_finding()
    {
        Check(0, w => { Version(w); Hcrtm(w); });
        Check(4, w => { Hcrtm(w); Hcrtm(w); });
        Check(3, w => { w.AddStartupLocality(3); Hcrtm(w); });

        var right = new TcgEventLogWriter(AlgorithmId.Sha256);
        right.AddStartupLocality(4);
        Hcrtm(right);
        var log = FirmwareLogs.Parse(right.ToArray());
        Assert.Empty(log.Findings);
        Assert.Equal(4, log.StartupLocality);

        static void Hcrtm(TcgEventLogWriter w) => w.Add(new PcrIndex(0), EventType.EfiHcrtmEvent, "HCRTM"u8, "code"u8);

        static void Check(byte locality, Action<TcgEventLogWriter> write)
        {
            var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
            write(writer);
            var log = FirmwareLogs.Parse(writer.ToArray());
            Assert.Equal(LogFindingCode.HcrtmMisplaced, Assert.Single(log.Findings).Code);
            Assert.Equal(locality, log.StartupLocality);
        }
    }

    [Fact]
    public void A16_a_second_Spec_ID_event_is_a_finding()
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
        writer.AddNoAction("Spec ID Event03\0"u8);
        Version(writer);
        Assert.Equal(LogFindingCode.SpecIdRepeated, Assert.Single(FirmwareLogs.Parse(writer.ToArray()).Findings).Code);
    }

    [Fact]
    public void A7_an_extended_event_relabelled_EV_NO_ACTION_no_longer_replays_and_shows()
    {
        var bytes = TestData.Bytes("eventlog", Log);
        var log = FirmwareLogs.Parse(bytes);
        var victim = log.Events.First(e => e.Pcr.Value == 4);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(victim.Offset + 4), (uint)EventType.NoAction);
        var edited = FirmwareLogs.Parse(bytes);

        Assert.NotEqual(Pcr(log, 4), Pcr(edited, 4));
        Assert.Contains(edited.Findings, f => f.Code == LogFindingCode.NoActionWithDigest && f.Event == victim.Index);
    }

    [Fact]
    public void A_bank_left_out_of_an_event_is_a_finding_and_its_PCR_is_incomplete()
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha1, AlgorithmId.Sha256);
        Version(writer);
        var bytes = writer.ToArray();
        var at = FirmwareLogs.Parse(bytes).Events[0].Offset;
        byte[] cut = [.. bytes[..at], .. bytes[at..(at + 8)], 1, 0, 0, 0, .. bytes[(at + 12)..(at + 34)], .. bytes[(at + 68)..]];
        var log = FirmwareLogs.Parse(cut);

        Assert.Equal(LogFindingCode.DigestMissing, Assert.Single(log.Findings).Code);
        Assert.True(PcrReplay.TryReplay(log, AlgorithmId.Sha256, out var replay));
        var difference = Assert.Single(PcrReplay.Compare(replay, PcrBank.AtReset(AlgorithmId.Sha256), [new PcrIndex(0)]));
        Assert.Equal(PcrDifferenceCode.Incomplete, difference.Code);
    }

    [Fact]
    public void Padding_with_ff_is_for_the_logs_of_confidential_VMs_only()
    {
        var padding = Enumerable.Repeat((byte)0xff, 244_043).ToArray();
        var ccel = TestData.Bytes("eventlog", "ccel_cos-113-intel-tdx-dupe-separator-unpadded.bin");
        var bare = FirmwareLogs.Parse(ccel);
        var padded = FirmwareLogs.Parse([.. ccel, .. padding]);
        Assert.Equal((LogFormat.Ccel, LogFormat.Ccel), (bare.Format, padded.Format));
        Assert.Equal((43, 43), (bare.Events.Count, padded.Events.Count));
        Assert.Contains(padded.Findings, f => f.Code == LogFindingCode.NotATpmLog);

        Assert.Contains("pcrIndex", FirmwareLogs.Refuse([.. ccel, .. padding, 0, .. padding]).Member, StringComparison.Ordinal);
        Assert.Contains("pcrIndex", FirmwareLogs.Refuse([.. TestData.Bytes("eventlog", Log), .. padding]).Member, StringComparison.Ordinal);
    }

    private static void Version(TcgEventLogWriter writer) => writer.Add(new PcrIndex(0), EventType.CrtmVersion, "v1"u8);

    private static string Pcr(TcgEventLog log, int pcr)
    {
        Assert.True(PcrReplay.TryReplay(log, AlgorithmId.Sha256, out var replay));
        return Convert.ToHexString(replay.Values[new PcrIndex(pcr)]);
    }

    private static string Extended(byte locality, ReadOnlyMemory<byte> digest) =>
        Convert.ToHexString(AlgorithmId.Sha256.Hash([.. new byte[31], locality, .. digest.Span]));

    private static int[] Indices(byte[] bytes, byte[] pattern) =>
        Enumerable.Range(0, bytes.Length - 1).Where(i => bytes.AsSpan(i).StartsWith(pattern)).ToArray();
}
