using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Threat rows L: logs that were edited, cut, mixed up or left out.</summary>
public sealed class LogAttackTests
{
    public static TheoryData<Attack> Attacks => [.. All];

    internal static IReadOnlyList<Attack> All { get; } =
    [
        Records("L01 record removed", FindingCode.LogDigestMismatch, records => [.. records.Take(3), .. records.Skip(4)]),
        Records("L01 record removed, numbers mended", FindingCode.LogDigestMismatch, records => Renumber([.. records.Take(3), .. records.Skip(4)])),
        Records("L01 record added", FindingCode.LogDigestMismatch, records => [.. records, Record(records.Count, VirtualVms.BankA)]),
        Records("L01 records reordered", FindingCode.LogDigestMismatch, records => Renumber([.. records.Take(3), records[4], records[3]])),
        Records("L01 record duplicated", FindingCode.LogDigestMismatch, records => [.. records, records[^1]]),
        Records("L01 cut at the end", FindingCode.LogDigestMismatch, records => records.SkipLast(1)),
        Bytes("L01 cut inside of a record", FindingCode.LogMalformed, bytes => bytes[..^5]),
        Bytes("L02 content changed, digest kept", FindingCode.LogContentNotCovered, bytes => Replace(bytes, "Shop.Web", "Shop.Wed")),
        Bytes("L09 unknown type of record", FindingCode.LogMalformed, bytes => Replace(bytes, "hypervisor", "hypervizor")),
        Firmware("L10 firmware log is no log", FindingCode.FirmwareLogMalformed, log => log[..^3]),
        Firmware("L10 firmware log of a confidential VM", FindingCode.FirmwareLogMalformed, _ => TestData.Bytes("eventlog", "ccel_cos-113-intel-tdx-dupe-separator-unpadded.bin")),
        Firmware("L11 firmware log of another machine", FindingCode.LogDigestMismatch, _ => TestData.Bytes("eventlog", "arch-linux-workstation.bin")),
        Firmware("L11 firmware log of another bank", FindingCode.FirmwareLogLacksBank, _ => new TcgEventLogWriter(AlgorithmId.Sha1).ToArray()),
        Firmware("L12 empty firmware log", FindingCode.PcrUnexplained, _ => new TcgEventLogWriter(AlgorithmId.Sha256).ToArray()),
        new("L12 no firmware log", FindingCode.FirmwareLogMissing, (_, verifier) => verifier.AskWith(evidence => evidence with { FirmwareLog = null })),
        new("L12 PCR that no event explains", FindingCode.PcrUnexplained, (_, _) =>
            new VirtualVerifier(VirtualHost.Boot(spec => spec with { Firmware = [.. spec.Firmware.Where(boot => boot.Pcr != 9)] }).ExtendSecretly(9)).Ask()),
        new("L01 PCR extended behind the log", FindingCode.LogDigestMismatch, (host, verifier) =>
        {
            host.ExtendSecretly(13);
            return verifier.Ask();
        }),
        new("L11 log of another boot", FindingCode.LogDigestMismatch, (host, verifier) =>
        {
            var before = SampleLog.Sequence(host.Records);
            host.Reboot();
            return verifier.AskWith(evidence => evidence with { Log = new(0, before) });
        }),
        new("L11 log of another host", FindingCode.LogDigestMismatch, (_, verifier) =>
        {
            var other = VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.BankA] });
            return verifier.AskWith(evidence => evidence with { Log = new(0, SampleLog.Sequence(other.Records)) });
        }),
        new("L11 records of another bank", FindingCode.BootRecordDiffers, (_, _) =>
            new VirtualVerifier(VirtualHost.Boot(spec => spec with { LogBanks = [AlgorithmId.Sha384], Agent = SampleLog.Boot(AlgorithmId.Sha384) })).Ask()),
        new("L11 boot record without the quoted bank", FindingCode.BootRecordDiffers, (_, _) =>
            new VirtualVerifier(VirtualHost.Boot(spec => spec with { Agent = SampleLog.Boot(AlgorithmId.Sha512) })).Ask()),
        new("L11 boot record with other PCRs", FindingCode.BootRecordDiffers, (_, _) =>
            new VirtualVerifier(VirtualHost.Boot(spec => spec with { Agent = spec.Agent! with { Pcrs = new(new PcrIndex(11), new PcrIndex(12), new PcrIndex(14)) } })).Ask()),
        new("L14 suffix with a gap", FindingCode.LogOffsetMismatch, (host, verifier) => Grown(host, verifier, first: 6)),
        new("L14 suffix with an overlap", FindingCode.LogOffsetMismatch, (host, verifier) => Grown(host, verifier, first: 4)),
        new("L14 whole log where a suffix was asked", FindingCode.LogOffsetMismatch, (host, verifier) => Grown(host, verifier, first: 0)),
        new("L14 offset beyond the end", FindingCode.LogOffsetMismatch, (_, verifier) => verifier.AskWith(evidence => evidence with { Log = new(1_000_000, evidence.Log.Records) })),
        new("L14 offset of an earlier boot", FindingCode.LogOffsetMismatch, (host, verifier) =>
        {
            verifier.Ask();
            host.Reboot();
            return verifier.AskWith(evidence => evidence with { Log = new(5, SampleLog.Sequence(host.Records.Skip(5))) });
        }),
        new("L16 agent restarted with its log deleted", FindingCode.LogDigestMismatch, (host, verifier) =>
        {
            host.Measure(SampleLog.Boot(AlgorithmId.Sha256) with { BootId = host.BootId });
            return verifier.AskWith(evidence => evidence with { Log = new(0, SampleLog.Sequence(Renumber([host.Records[^1]]))) });
        }),
        new("L16 log begun a second time", FindingCode.BootRecordRepeated, (host, verifier) =>
        {
            host.Measure(SampleLog.Boot(AlgorithmId.Sha256) with { BootId = host.BootId });
            return verifier.Ask();
        }),
        new("L16 boot record of another boot in between", FindingCode.BootRecordRepeated, (host, verifier) =>
        {
            host.Measure(SampleLog.Boot(AlgorithmId.Sha256));
            return verifier.Ask();
        }),
        new("L16 log without a boot record", FindingCode.BootRecordMissing, (_, _) => new VirtualVerifier(VirtualHost.Boot(spec => spec with { Agent = null })).Ask()),
        new("L16 nothing measured at all", FindingCode.BootRecordMissing, (_, _) => new VirtualVerifier(
            VirtualHost.Boot(spec => spec with { Agent = null, Hypervisor = null, Policy = null, Vms = [] })).Ask()),
        Bytes("L17 trailing byte", FindingCode.LogMalformed, bytes => [.. bytes, 0]),
        Bytes("L17 not CBOR", FindingCode.LogMalformed, bytes => Encoding.UTF8.GetBytes("[]" + bytes.Length)),
        new("L19 gap in the measurements", FindingCode.GapInMeasurements, (host, verifier) =>
        {
            host.Measure(new GapContent { Since = verifier.Now, Reason = "restarted late" });
            return verifier.Ask();
        }),
        new("V14 started while it runs", FindingCode.VmAlreadyRunning, (host, verifier) =>
        {
            host.Start(VirtualVms.Web);
            return verifier.Ask();
        }),
        new("V14 started as the host's own domain", FindingCode.VmAlreadyRunning, (host, verifier) =>
        {
            host.Start(VirtualVms.Web with { Uuid = Guid.Empty });
            return verifier.Ask();
        }),
        new("V14 stopped though it does not run", FindingCode.VmNotRunning, (host, verifier) =>
        {
            host.Stop(VirtualVms.BankA.Uuid);
            return verifier.Ask();
        }),
        new("V14 resource of a VM that does not run", FindingCode.VmNotRunning, (host, verifier) =>
        {
            host.Measure(new ResourceDetachContent { Uuid = VirtualVms.BankA.Uuid, Kind = "disk", Name = "xvdb" });
            return verifier.Ask();
        }),
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(Attack attack) => attack.Check();

    [Fact]
    public void Shown_values_tell_which_PCR_differs()
    {
        var host = VirtualHost.Boot().ExtendSecretly(13);
        var verdict = new VirtualVerifier(host).Ask();
        var finding = Assert.Single(verdict.Findings, finding => finding.Code == FindingCode.LogDigestMismatch);
        Assert.Equal("pcr/13", finding.Subject);
        Assert.Equal(Convert.ToHexStringLower(host.Tpm.Banks[0][new PcrIndex(13)]), finding.Found);
    }

    [Fact]
    public void Shown_values_that_do_not_hash_to_the_quote_tell_nothing()
    {
        var verdict = new VirtualVerifier(VirtualHost.Boot().ExtendSecretly(13)).AskWith(evidence =>
            evidence with { PcrValues = [.. evidence.PcrValues.Select(value => value with { Value = new byte[32] })] });
        Assert.Contains(verdict.Findings, finding => finding is { Code: FindingCode.LogDigestMismatch, Subject: "pcrs" });
        Assert.Contains(verdict.Findings, finding => finding.Code == FindingCode.PcrValuesMismatch);
    }

    private static Attack Records(string name, FindingCode code, Func<IReadOnlyList<CelRecord>, IEnumerable<CelRecord>> change) =>
        new(name, code, (host, verifier) => verifier.AskWith(evidence => evidence with { Log = new(0, SampleLog.Sequence(change(host.Records))) }));

    private static Attack Bytes(string name, FindingCode code, Func<byte[], byte[]> change) =>
        new(name, code, (_, verifier) => verifier.AskWith(evidence => evidence with { Log = new(0, change(evidence.Log.Records.ToArray())) }));

    private static Attack Firmware(string name, FindingCode code, Func<byte[], byte[]> change) =>
        new(name, code, (_, verifier) => verifier.AskWith(evidence => evidence with { FirmwareLog = change(evidence.FirmwareLog!.Value.ToArray()) }));

    private static Attest.Appraisal.Appraisal Grown(VirtualHost host, VirtualVerifier verifier, int first)
    {
        verifier.Ask();
        host.Stop(VirtualVms.Web.Uuid).Start(VirtualVms.Web);
        return verifier.AskWith(evidence => evidence with { Log = new LogSuffix((ulong)first, SampleLog.Sequence(host.Records.Skip(first))) });
    }

    private static CelRecord Record(int number, MeasurementContent content) => CelRecord.Create((ulong)number, PcrPlan.Default, [AlgorithmId.Sha256], content);

    private static List<CelRecord> Renumber(IReadOnlyList<CelRecord> records) => [.. records.Select((record, i) => Record(i, record.Measurement))];

    private static byte[] Replace(byte[] bytes, string text, string replacement)
    {
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Encoding.UTF8.GetBytes(replacement).CopyTo(bytes, at);
        return bytes;
    }
}
