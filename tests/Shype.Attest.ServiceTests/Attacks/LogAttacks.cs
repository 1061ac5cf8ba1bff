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
using static Shype.Attest.ServiceTests.Attacks.EvidenceAttack;

namespace Shype.Attest.ServiceTests.Attacks;

/// <summary>Threat rows L that evidence shows, against the running verifier: logs that were edited, cut, mixed up, left out or blown up under a good quote.</summary>
public sealed class LogAttacks(Scene scene) : IClassFixture<Scene>
{
    public static TheoryData<string> Names => [.. All.Select(attack => attack.Name)];

    internal static IReadOnlyList<EvidenceAttack> All { get; } =
    [
        Records("L01 record removed", FindingCode.LogDigestMismatch, records => [.. records.Take(3), .. records.Skip(4)]),
        Records("L01 record removed, numbers mended", FindingCode.LogDigestMismatch, records => Renumber([.. records.Take(3), .. records.Skip(4)])),
        Records("L01 record added", FindingCode.LogDigestMismatch, records => [.. records, Record(records.Count, VirtualVms.BankA)]),
        Records("L01 records reordered", FindingCode.LogDigestMismatch, records => Renumber([.. records.SkipLast(2), records[^1], records[^2]])),
        Records("L01 record duplicated", FindingCode.LogDigestMismatch, records => Renumber([.. records, records[^1]])),
        Records("L01 cut at the end", FindingCode.LogDigestMismatch, records => records.SkipLast(1)),
        Bytes("L01 cut inside of a record", FindingCode.LogMalformed, bytes => bytes[..^5]),
        Bytes("L02 content changed, digest kept", FindingCode.LogContentNotCovered, bytes => Replace(bytes, "Shop.Web", "Shop.Wed")),
        Rebooted("L11 firmware log of another machine", FindingCode.LogDigestMismatch,
            evidence => evidence with { FirmwareLog = TestData.Bytes("eventlog", "arch-linux-workstation.bin") }),
        Rebooted("L11 firmware log of another bank", FindingCode.FirmwareLogLacksBank, evidence => evidence with { FirmwareLog = new TcgEventLogWriter(AlgorithmId.Sha1).ToArray() }),
        Story("L11 log of another boot", FindingCode.LogDigestMismatch, async (_, agent) =>
        {
            agent.Host.Start(VirtualVms.BankA);
            var before = SampleLog.Sequence(agent.Host.Records);
            agent.Host.Reboot();
            return agent.Host.Answer(await agent.ChallengeAsync()) with { Log = new LogSuffix(0, before) };
        }),
        Story("L11 log of another host", FindingCode.LogDigestMismatch, async (scene, agent) =>
        {
            agent.Host.Reboot();
            var other = (await scene.HostAsync()).Host.Start(VirtualVms.BankA);
            return agent.Host.Answer(await agent.ChallengeAsync()) with { Log = new LogSuffix(0, SampleLog.Sequence(other.Records)) };
        }),
        EvidenceAttack.Rebooted("L11 records of another bank", FindingCode.BootRecordDiffers,
            spec => spec with { LogBanks = [AlgorithmId.Sha384], Agent = SampleLog.Boot(AlgorithmId.Sha384) }),
        Rebooted("L12 empty firmware log", FindingCode.PcrUnexplained, evidence => evidence with { FirmwareLog = new TcgEventLogWriter(AlgorithmId.Sha256).ToArray() }),
        Story("L12 no firmware log, where the verifier has that of another boot", FindingCode.LogDigestMismatch, async (_, agent) =>
        {
            var host = Scene.RebootedAs(agent.Host, spec => spec with { Firmware = [.. spec.Firmware, new(9, EventType.Ipl, "/boot/more")] });
            return host.Answer(await agent.ChallengeAsync()) with { FirmwareLog = null };
        }) with { Alters = true },
        Story("L12 PCR that no event explains", FindingCode.PcrUnexplained, async (_, agent) =>
        {
            var host = Scene.RebootedAs(agent.Host, spec => spec with { Firmware = [.. spec.Firmware.Where(boot => boot.Pcr != 9)] });
            return host.ExtendSecretly(9).Answer(await agent.ChallengeAsync());
        }) with { Alters = true },
        Story("L12 PCR extended behind the agent's back", FindingCode.LogDigestMismatch, async (_, agent) =>
            agent.Host.ExtendSecretly(13).Answer(await agent.ChallengeAsync())) with { Alters = true },
        Grown("L14 suffix with a gap", first: 6),
        Grown("L14 suffix with an overlap", first: 4),
        Grown("L14 whole log where a suffix was asked", first: 0),
        Grown("L14 offset beyond the end", first: 1_000_000),
        Story("L14 offset of an earlier boot", FindingCode.LogOffsetMismatch, async (_, agent) =>
        {
            agent.Host.Reboot();
            return agent.Host.Answer(await agent.ChallengeAsync()) with { Log = new LogSuffix(5, SampleLog.Sequence(agent.Host.Records.Skip(5))) };
        }),
        Story("L16 agent restarted with its log deleted", FindingCode.LogDigestMismatch, async (_, agent) =>
        {
            agent.Host.Reboot();
            agent.Host.Measure(SampleLog.Boot(AlgorithmId.Sha256) with { BootId = agent.Host.BootId });
            return agent.Host.Answer(await agent.ChallengeAsync()) with { Log = new LogSuffix(0, SampleLog.Sequence(Renumber([agent.Host.Records[^1]]))) };
        }) with { Alters = true },
        Story("L16 log begun a second time", FindingCode.BootRecordRepeated, async (_, agent) =>
            agent.Host.Measure(SampleLog.Boot(AlgorithmId.Sha256) with { BootId = agent.Host.BootId }).Answer(await agent.ChallengeAsync())) with { Alters = true },
        EvidenceAttack.Rebooted("L16 log without a boot record", FindingCode.BootRecordMissing, spec => spec with { Agent = null }),
        Bytes("L17 trailing byte behind the records", FindingCode.LogMalformed, bytes => [.. bytes, 0]),
        Bytes("L17 records that are no CBOR", FindingCode.LogMalformed, bytes => Encoding.UTF8.GetBytes("[]" + bytes.Length)),
        Bytes("L17 record of indefinite length", FindingCode.LogMalformed, bytes => [0xbf, .. bytes.AsSpan(1), 0xff]),
        Encoded("L17 evidence with a label twice", evidence => [0xa2, .. Label(evidence), .. Label(evidence)]),
        Encoded("L17 evidence of indefinite length", evidence => [0xbf, .. evidence.AsSpan(1), 0xff]),
        Encoded("L17 evidence nested 10,000 deep", _ => [.. Enumerable.Repeat((byte)0x81, 10_000)]),
        Encoded("L17 label that is no UTF-8", _ => [0xa1, 0x62, 0xc3, 0x28, 0x40]),
        Encoded("L17 evidence that is a float", _ => [0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]),
        new("L18 a byte more than evidence may have", ProblemTypes.LimitExceeded + " " + nameof(ProtocolLimits.MaxEvidenceBytes), (_, _) =>
            Task.FromResult(new byte[ProtocolLimits.MaxEvidenceBytes + 1])),
        new("L18 a policy of a byte more than one may have", ProblemTypes.LimitExceeded + " " + nameof(ProtocolLimits.MaxPolicyBytes), async (_, agent) =>
            (agent.Host.Answer(await agent.ChallengeAsync()) with { Policy = new byte[ProtocolLimits.MaxPolicyBytes + 1] }).Encode()),
        Bytes("L18 a million records and one", FindingCode.LogMalformed, _ => new byte[MeasurementLimits.MaxRecords + 1]),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public Task An_attack_is_refused_with_its_reason(string attack) => All.Single(row => row.Name == attack).CheckAsync(scene);

    // A boot whose log the verifier does not have, so that all of it is sent.
    private static EvidenceAttack Rebooted(string name, FindingCode code, Func<Evidence, Evidence> change) => Story(name, code, async (_, agent) =>
    {
        agent.Host.Reboot();
        var challenge = (await agent.ChallengeAsync()) with { KnownFirmwareLog = null };
        return change(agent.Host.Answer(challenge));
    });

    private static EvidenceAttack Records(string name, FindingCode code, Func<IReadOnlyList<CelRecord>, IEnumerable<CelRecord>> change) => Story(name, code, async (_, agent) =>
    {
        agent.Host.Reboot();
        return agent.Host.Answer(await agent.ChallengeAsync()) with { Log = new LogSuffix(0, SampleLog.Sequence(change(agent.Host.Records))) };
    });

    private static EvidenceAttack Bytes(string name, FindingCode code, Func<byte[], byte[]> change) =>
        Rebooted(name, code, evidence => evidence with { Log = new LogSuffix(0, change(evidence.Log.Records.ToArray())) });

    private static EvidenceAttack Encoded(string name, Func<byte[], byte[]> change) =>
        new(name, ProblemTypes.Malformed, async (_, agent) => change(agent.Host.Answer(await agent.ChallengeAsync()).Encode()));

    private static EvidenceAttack Grown(string name, int first) => Story(name, FindingCode.LogOffsetMismatch, async (_, agent) =>
    {
        agent.Host.Stop(VirtualVms.Web.Uuid).Start(VirtualVms.Web);
        return agent.Host.Answer(await agent.ChallengeAsync()) with { Log = new LogSuffix((ulong)first, SampleLog.Sequence(agent.Host.Records.Skip(first))) };
    });

    private static CelRecord Record(int number, MeasurementContent content) => CelRecord.Create((ulong)number, PcrPlan.Default, [AlgorithmId.Sha256], content);

    private static List<CelRecord> Renumber(IReadOnlyList<CelRecord> records) => [.. records.Select((record, i) => Record(i, record.Measurement))];

    // "challenge" and its record: the same label twice, whatever stands behind.
    private static byte[] Label(byte[] evidence)
    {
        var at = evidence.AsSpan().IndexOf("ichallenge"u8);
        return at < 0 ? [0x61, 0x61, 0x40] : [.. evidence.AsSpan(at, 10), 0x40];
    }

    private static byte[] Replace(byte[] bytes, string text, string replacement)
    {
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Encoding.UTF8.GetBytes(replacement).CopyTo(bytes, at);
        return bytes;
    }
}
