using System.Collections.Immutable;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>
/// The records of a boot that demands are answered from (what ran when, under which policies), as many as are kept. Once they are too many, or the policy changed and with it
/// what labels mean, only those of boot, hypervisor and policies stay: what runs is in the story, and what is over is then not claimed to be known.
/// </summary>
/// <param name="Records">The records, in their order.</param>
/// <param name="Bytes">What they take.</param>
/// <param name="Lost">Why what is over is not all here; null where it is.</param>
internal sealed record BootPast(ImmutableArray<LoggedContent> Records, int Bytes, string? Lost)
{
    /// <summary>Before the first record.</summary>
    public static BootPast Empty { get; } = new([], 0, null);

    /// <summary>Of a boot that was read before pasts were kept: what the story has of it.</summary>
    public static BootPast Of(BootStory story)
    {
        var records = ImmutableArray.CreateBuilder<LoggedContent>();
        Add(story.Agent?.Record, story.Agent?.Value);
        Add(story.Hypervisor?.Record, story.Hypervisor?.Value);
        Add(story.Policy?.Record, story.Policy?.Value);
        return new(records.ToImmutable(), 0, NotKept);

        void Add(ulong? record, MeasurementContent? content)
        {
            if (content is not null)
            {
                records.Add(new(record ?? 0, content));
            }
        }
    }

    /// <summary>Whether there were more policies than are kept.</summary>
    public bool IsTrailCut => Records.Count(kept => kept.Content is PolicyStateContent) >= AppraisalLimits.MaxPolicies;

    /// <summary>Whether nothing was kept before.</summary>
    public bool IsNotKept => Lost == NotKept;

    /// <summary>All that is known to have happened: what is kept, or else what runs.</summary>
    public IReadOnlyList<LoggedContent> With(IEnumerable<RunningImage> running) => Lost is null ? Records :
    [
        .. Records.Concat(running.SelectMany(image => image.Attached.Select(resource => new LoggedContent(image.Record, resource)).Prepend(new(image.Record, image.Start))))
            .OrderBy(kept => kept.Record),
    ];

    private const string NotKept = "of what was over in this boot when records began to be kept nothing is known";
}

/// <summary>Goes on with a past.</summary>
internal sealed class BootPastBuilder(BootPast from)
{
    private readonly ImmutableArray<LoggedContent>.Builder _records = from.Records.ToBuilder();
    private int _bytes = from.Bytes;
    private string? _lost = from.Lost;
    private int _policies = from.Records.Count(kept => kept.Content is PolicyStateContent);

    /// <summary>Something happened to a VM.</summary>
    public void Add(ulong number, MeasurementContent content, int bytes)
    {
        if (_lost is null && _bytes > AppraisalLimits.MaxPastBytes - bytes)
        {
            Lose("more happened in this boot than is kept of one");
        }

        if (_lost is null)
        {
            Keep(number, content, bytes);
        }
    }

    /// <summary>The boot, its hypervisor or a policy was measured, which is kept whatever else is.</summary>
    public void AddLasting(ulong number, MeasurementContent content, int bytes)
    {
        if (content is PolicyStateContent && ++_policies > AppraisalLimits.MaxPolicies)
        {
            Lose("more policies were in force in this boot than are kept");
            return;
        }

        Keep(number, content, bytes);
    }

    /// <summary>Forgets what is over.</summary>
    public void Lose(string why)
    {
        if (_lost is null)
        {
            _lost = why;
            _records.RemoveAll(kept => kept.Content is VmContent);
            _bytes = 0;
        }
    }

    /// <summary>The past with all that was added.</summary>
    public BootPast Finish() => new(_records.ToImmutable(), _bytes, _lost);

    private void Keep(ulong number, MeasurementContent content, int bytes)
    {
        _records.Add(new(number, content));
        _bytes += bytes;
    }
}
