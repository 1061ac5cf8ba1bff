using System.Collections.Immutable;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>A boot's story as bytes. Records are kept as the content that was measured.</summary>
internal static class StoryCodec
{
    public static void Write(ref TpmWriter writer, BootStory story)
    {
        writer.WriteText(story.BootId);
        WriteRecorded(ref writer, story.Agent?.Record, story.Agent?.Value);
        WriteRecorded(ref writer, story.Hypervisor?.Record, story.Hypervisor?.Value);
        WriteRecorded(ref writer, story.Policy?.Record, story.Policy?.Value);
        writer.WriteUInt32((uint)story.EarlierPolicies.Count);
        foreach (var digest in story.EarlierPolicies.Select(digest => digest.ToString()).Order(StringComparer.Ordinal))
        {
            writer.WriteText(digest);
        }

        writer.WriteUInt32((uint)story.Running.Count);
        foreach (var image in story.Running.Values)
        {
            WriteImage(ref writer, image);
        }

        WriteFacts(ref writer, story.Facts);
        writer.WriteUInt64(story.Violation?.Record ?? 0);
        writer.WriteText(story.Violation?.Value);
        writer.WriteYesNo(story.Unjudged);
    }

    public static BootStory Read(ref TpmReader reader)
    {
        var bootId = reader.ReadText("bootId");
        var agent = ReadRecorded<BootContent>(ref reader, "agent");
        var hypervisor = ReadRecorded<HypervisorContent>(ref reader, "hypervisor");
        var policy = ReadRecorded<PolicyStateContent>(ref reader, "policy");
        var earlier = ReadEarlier(ref reader);
        var running = ReadRunning(ref reader);
        var facts = ReadFacts(ref reader);
        var at = reader.ReadUInt64("violation.record");
        var violation = reader.ReadText("violation");
        return new BootStory
        {
            BootId = bootId,
            Agent = agent,
            Hypervisor = hypervisor,
            Policy = policy,
            EarlierPolicies = earlier,
            Running = running,
            Facts = facts,
            Violation = violation is null ? null : new(at, violation),
            Unjudged = reader.ReadYesNo("unjudged"),
        };
    }

    internal static void WriteFacts(ref TpmWriter writer, ImmutableArray<Finding> facts)
    {
        writer.WriteUInt32((uint)facts.Length);
        foreach (var fact in facts)
        {
            WriteFact(ref writer, fact);
        }
    }

    public static void WriteConflicts(ref TpmWriter writer, BootStory story)
    {
        writer.WriteUInt32((uint)story.Conflicts.Length);
        foreach (var conflict in story.Conflicts)
        {
            writer.WriteUInt64(conflict.Record);
            writer.WriteText(conflict.Starting);
            writer.WriteText(conflict.Running);
            writer.WriteText(conflict.Sentence);
        }
    }

    public static ImmutableArray<PastConflict> ReadConflicts(ref TpmReader reader)
    {
        var conflicts = ImmutableArray.CreateBuilder<PastConflict>();
        for (var left = reader.ReadCount("conflicts", AppraisalLimits.MaxFactsPerCode, sizeof(ulong)); left > 0; left--)
        {
            conflicts.Add(new(
                reader.ReadUInt64("conflict.record"),
                reader.ReadNeededText("conflict.starting"),
                reader.ReadNeededText("conflict.running"),
                reader.ReadNeededText("conflict.sentence")));
        }

        return conflicts.ToImmutable();
    }

    public static void WritePast(ref TpmWriter writer, BootPast past)
    {
        writer.WriteText(past.Lost);
        writer.WriteUInt32((uint)past.Bytes);
        writer.WriteUInt32((uint)past.Records.Length);
        foreach (var (record, content) in past.Records)
        {
            WriteRecorded(ref writer, record, content);
        }
    }

    public static BootPast ReadPast(ref TpmReader reader)
    {
        var lost = reader.ReadText("past.lost");
        var bytes = reader.ReadUInt32("past.bytes");
        if (bytes > AppraisalLimits.MaxPastBytes + (2 * MeasurementLimits.MaxRecordBytes * (AppraisalLimits.MaxPolicies + 2)))
        {
            throw reader.Refuse("past.bytes", $"is {bytes}, more than is kept ({nameof(AppraisalLimits.MaxPastBytes)})");
        }

        var records = ImmutableArray.CreateBuilder<LoggedContent>();
        for (var left = reader.ReadCount("past", MeasurementLimits.MaxRecords, LeastPastBytes); left > 0; left--)
        {
            records.Add(ReadRecorded<MeasurementContent>(ref reader, "past") is { } kept ? new(kept.Record, kept.Value) : throw reader.Refuse("past", "has a record without content"));
        }

        return new(records.ToImmutable(), (int)bytes, lost);
    }

    private static ImmutableHashSet<MeasuredDigest> ReadEarlier(ref TpmReader reader)
    {
        var digests = ImmutableHashSet.CreateBuilder<MeasuredDigest>();
        for (var left = reader.ReadCount("earlierPolicies", AppraisalLimits.MaxPolicies, sizeof(uint)); left > 0; left--)
        {
            digests.Add(MeasuredDigest.TryParse(reader.ReadNeededText("earlierPolicy"), out var digest)
                ? digest
                : throw reader.Refuse("earlierPolicy", "is not a digest"));
        }

        return digests.ToImmutable();
    }

    private static ImmutableSortedDictionary<Guid, RunningImage> ReadRunning(ref TpmReader reader)
    {
        var running = ImmutableSortedDictionary.CreateBuilder<Guid, RunningImage>();
        for (var left = reader.ReadCount("running", AppraisalLimits.MaxRunningVms, LeastImageBytes); left > 0; left--)
        {
            var image = ReadImage(ref reader);
            if (!running.TryAdd(image.Start.Uuid, image))
            {
                throw reader.Refuse("running", $"{image.Start.Uuid} is there twice");
            }
        }

        return running.ToImmutable();
    }

    internal static ImmutableArray<Finding> ReadFacts(ref TpmReader reader)
    {
        var facts = ImmutableArray.CreateBuilder<Finding>();
        for (var left = reader.ReadCount("facts", AppraisalLimits.MaxFactsPerCode * Enum.GetValues<FindingCode>().Length, sizeof(uint)); left > 0; left--)
        {
            facts.Add(ReadFact(ref reader));
        }

        return facts.ToImmutable();
    }

    private static void WriteRecorded(ref TpmWriter writer, ulong? record, MeasurementContent? content)
    {
        writer.WriteYesNo(content is not null);
        if (content is not null)
        {
            writer.WriteUInt64(record ?? 0);
            writer.WriteBlock(content.Encode());
        }
    }

    private static Recorded<T>? ReadRecorded<T>(ref TpmReader reader, string member)
        where T : MeasurementContent =>
        reader.ReadYesNo(member) ? new(reader.ReadUInt64(member + ".record"), ReadContent<T>(ref reader, member)) : null;

    private static T ReadContent<T>(ref TpmReader reader, string member)
        where T : MeasurementContent
    {
        var bytes = reader.ReadBlock(member).ToArray();
        if (!MeasurementContent.TryDecode(bytes, out var content, out var problem))
        {
            throw reader.Refuse(member, problem.ToString(), bytes.Length);
        }

        return content as T ?? throw reader.Refuse(member, $"a record '{content.Type}' does not belong here", bytes.Length);
    }

    private static void WriteImage(ref TpmWriter writer, RunningImage image)
    {
        writer.WriteUInt64(image.Record);
        writer.WriteBlock(image.Start.Encode());
        writer.WriteUInt32((uint)image.Attached.Length);
        foreach (var resource in image.Attached)
        {
            writer.WriteBlock(resource.Encode());
        }
    }

    private static RunningImage ReadImage(ref TpmReader reader)
    {
        var record = reader.ReadUInt64("running.record");
        var start = ReadContent<VmRunContent>(ref reader, "running.start");
        var attached = ImmutableArray.CreateBuilder<ResourceAttachContent>();
        for (var left = reader.ReadCount("running.attached", AppraisalLimits.MaxAttachments, sizeof(uint)); left > 0; left--)
        {
            attached.Add(ReadContent<ResourceAttachContent>(ref reader, "running.attached"));
        }

        return new(record, start, attached.ToImmutable());
    }

    private static void WriteFact(ref TpmWriter writer, Finding fact)
    {
        writer.WriteText(fact.Kind.Text);
        writer.WriteText(fact.Subject);
        writer.WriteYesNo(fact.Record is not null);
        writer.WriteUInt64(fact.Record ?? 0);
        writer.WriteText(fact.Expected);
        writer.WriteText(fact.Found);
        writer.WriteText(fact.Detail);
    }

    private static Finding ReadFact(ref TpmReader reader)
    {
        var code = reader.ToCode("fact.code", reader.ReadNeededText("fact.code"));
        var subject = reader.ReadNeededText("fact.subject");
        var hasRecord = reader.ReadYesNo("fact.record");
        var record = reader.ReadUInt64("fact.record");
        return new Finding(
            code, subject, hasRecord ? record : null, reader.ReadText("fact.expected"), reader.ReadText("fact.found"), reader.ReadText("fact.detail"));
    }

    private const int LeastPastBytes = 1 + sizeof(ulong) + sizeof(uint);
    private const int LeastImageBytes = sizeof(ulong) + sizeof(uint) + sizeof(uint);
}
