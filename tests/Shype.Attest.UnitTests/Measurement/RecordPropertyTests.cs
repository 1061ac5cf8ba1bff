using CsCheck;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>Whatever can be written is read back the same, whatever the values.</summary>
public sealed class RecordPropertyTests
{
    private static readonly Gen<string> Name = Gen.String[Gen.Frequency((8, Gen.Char[' ', '~']), (1, Gen.Char['\u00a1', '\u05ff']), (1, Gen.Char['\u4e00', '\u9fff'])), 1, 60];
    private static readonly Gen<string> Command = Gen.String[Gen.Char[' ', '~'], 0, 4096];
    private static readonly Gen<MeasuredDigest> Digest = Gen.OneOf(
        Gen.Byte.Array[32].Select(b => new MeasuredDigest(MeasuredDigest.Sha256, b)),
        Gen.Byte.Array[48].Select(b => new MeasuredDigest(MeasuredDigest.Sha384, b)),
        Gen.Byte.Array[64].Select(b => new MeasuredDigest(MeasuredDigest.FsVerity, b)),
        Gen.Byte.Array[32].Select(b => new MeasuredDigest(MeasuredDigest.DmVerity, b)));

    private static readonly Gen<MeasuredDigest?> MaybeDigest = Gen.Bool.SelectMany(has => has ? Digest.Select(d => (MeasuredDigest?)d) : Gen.Const((MeasuredDigest?)null));
    private static readonly Gen<string?> MaybeName = Gen.Bool.SelectMany(has => has ? Name.Select(n => (string?)n) : Gen.Const((string?)null));
    private static readonly Gen<VmDisk> Disk = Gen.Select(Name, MaybeDigest, Gen.Bool, (name, digest, readOnly) => new VmDisk(name, digest, readOnly));

    private static readonly Gen<HypervisorFact> Fact = Gen.Select(Name, MaybeName, MaybeDigest, (name, text, digest) => new HypervisorFact(name, text, digest));

    private static readonly Gen<MeasurementContent> Content = Gen.OneOf<MeasurementContent>(
        Gen.Select(Gen.Guid, Name, MaybeName, Digest, MaybeDigest, Disk.Array[0, 8], Gen.Bool, (uuid, name, label, config, kernel, disks, mutable) =>
            (MeasurementContent)new VmStartContent
            {
                Uuid = uuid, Name = name, Label = label, ConfigDigest = config, KernelDigest = kernel, Disks = disks, Mutable = mutable,
            }),
        Gen.Select(Name, Command, Digest, Gen.Select(Name, Digest, Command, (n, d, c) => new HypervisorModule(n, d, c)).Array[0, 4], Fact.Array[0, 4], (kind, command, image, modules, facts) =>
            (MeasurementContent)new HypervisorContent { Kind = kind, Version = "", ImageDigest = image, CommandLine = command, Modules = modules, Facts = facts }),
        Gen.Select(Name, MaybeDigest, MaybeDigest, Gen.Bool, (name, active, previous, enforcing) =>
            (MeasurementContent)new PolicyChangeContent
            {
                Module = name, Name = name, Version = "", ActiveDigest = active, Enforcing = enforcing, PreviousDigest = previous,
            }),
        Gen.Select(Gen.Long[0, 253_402_300_799_999], Gen.ULong, Gen.Bool, (since, after, known) =>
            (MeasurementContent)new GapContent
            {
                Since = DateTimeOffset.FromUnixTimeMilliseconds(since), AfterRecord = known ? after : null, Reason = "x",
            }));

    [Fact]
    public void Content_round_trips() => Content.Sample(content =>
    {
        var bytes = content.Encode();
        return MeasurementContent.TryDecode(bytes, out var back, out _) && back.GetType() == content.GetType() && back.Encode().AsSpan().SequenceEqual(bytes);
    });

    [Fact]
    public void Records_round_trip_and_replay() => Gen.Select(Content, Gen.ULong[1, ulong.MaxValue]).Sample((content, number) =>
    {
        var record = CelRecord.Create(number, PcrPlan.Default, [AlgorithmId.Sha384, AlgorithmId.Sha256], content);
        return CelRecord.TryDecode(record.Encoded, out var back, out _)
            && back.RecordNumber == number
            && back.Pcr == record.Pcr
            && back.Content.Span.SequenceEqual(record.Content.Span)
            && back.Digests.Select(d => d.Algorithm).SequenceEqual([AlgorithmId.Sha256, AlgorithmId.Sha384]);
    });

    [Fact]
    public void Firmware_logs_round_trip() =>
        Gen.Select(Gen.Int[0, 23], Gen.UInt, Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300]).Array[1, 30].Sample(events =>
        {
            var writer = new TcgEventLogWriter(AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384);
            var written = events.Select(e => writer.Add(new PcrIndex(e.Item1), (EventType)e.Item2, e.Item3, e.Item4)).ToArray();
            return TcgEventLog.TryParse(writer.ToArray(), out var log, out _)
                && log.Events.Count == events.Length
                && log.Events.Zip(events).All(p => p.First.Pcr.Value == p.Second.Item1 && (uint)p.First.Type == p.Second.Item2 && p.First.Data.Span.SequenceEqual(p.Second.Item3))
                && log.Events.Zip(written).All(p => p.First.Digests.Zip(p.Second).All(d => d.First.Value.Span.SequenceEqual(d.Second.Value.Span)));
        });
}
