using System.Collections.Immutable;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>All that a verifier has proven of a boot, as guarantees take it. What only the agent says of its hypervisor is not among it.</summary>
internal sealed class StoryEvidence(Judgement judgement, GuaranteeStrength keeper)
{
    private readonly BootStory _story = judgement.Story;

    /// <summary>Why the log confirms nothing; null where it tells all that happened, or where only what is over is not kept.</summary>
    public string? Gap => Holes ?? (_story.Unjudged ? "VMs began while there was no policy to judge them by" : null);

    /// <summary>Under an sHype policy; null where there is none to judge by.</summary>
    public IsolationEvidence? UnderAcm()
    {
        if (_story.Judged is not { Policy: var policy })
        {
            return null;
        }

        var records = _story.Past.With(_story.Running.Values);
        var evidence = LoggedEvidence.Of(records, LoggedHistory.Of(policy, records, Gap, _story.Past.Lost)) with { Keeper = keeper, Module = Module, Log = Standing };
        evidence = LoggedEvidence.With(evidence, judgement.References);
        return judgement.Texts is not { } texts ? evidence : evidence with
        {
            Policies = evidence.Policies! with { Policies = Trail(evidence.Policies.Policies), Gap = TrailGap, Texts = texts.ByMeaning, File = texts.File, Compiled = texts.Compiled },
        };
    }

    /// <summary>Under a binary policy for FLASK; null where there is none that can be read.</summary>
    public FlaskEvidence? UnderFlask()
    {
        if (judgement.Flask is not { Policy: { } policy, File: { } file })
        {
            return null;
        }

        var records = _story.Past.With(_story.Running.Values);
        var evidence = LoggedEvidence.Of(policy, file.ToString(), records, LoggedHistory.UnderFlask(records, Holes, _story.Past.Lost));
        return evidence with { Keeper = keeper, Module = Module, Policies = Trail(evidence.Policies) };
    }

    /// <summary>What keeps labels apart: by the records, and of the hypervisor by the references.</summary>
    public ModuleStatement? Module
    {
        get
        {
            if (_story.Policy is not { Value: var policy, Record: var record })
            {
                return null;
            }

            var hypervisor = _story.Hypervisor?.Value;
            var reference = hypervisor is null ? null : judgement.References.Hypervisors.FirstOrDefault(known => known.Kind == hypervisor.Kind && known.Image == hypervisor.ImageDigest);
            return LoggedEvidence.ModuleOf(record, policy, hypervisor) with
            {
                BuiltIn = reference?.SecurityModule,
                Doubt = hypervisor is not null && reference is null ? "the hypervisor is not one of the references, and what only the agent says of it is not believed" : null,
            };
        }
    }

    private string? Holes =>
        _story.Facts.FirstOrDefault(fact => LeavesHoles.Contains(fact.Code)) is { } fact ? $"the log does not tell all: {fact.Text.TrimEnd('.')}"
        : _story.Agent is null ? "the log does not begin with the boot"
        : null;

    // The records replay to PCRs that a TPM signed: without that there is no story.
    private LogStanding Standing => new(_story.Agent is { Record: 0 })
    {
        MatchesQuote = true,
        Broken = _story.Facts.FirstOrDefault(fact => fact.Code != FindingCode.GapInMeasurements && LeavesHoles.Contains(fact.Code)) is { Record: { } broken } fact ? new(broken, fact.Text.TrimEnd('.')) : null,
        Gaps = [.. _story.Facts.Where(gap => gap.Code == FindingCode.GapInMeasurements).Select(gap => new LogBreak(gap.Record ?? 0, gap.Text.TrimEnd('.')))],
    };

    private string? TrailGap => _story.Past.IsTrailCut ? $"not all policies of this boot are kept ({nameof(AppraisalLimits.MaxPolicies)})"
        : _story.Past.IsNotKept ? _story.Past.Lost
        : null;

    // The last one is in the story, whatever else is kept.
    private ImmutableArray<MeasuredPolicy> Trail(ImmutableArray<MeasuredPolicy> kept) =>
        _story.Policy is { } last && (kept.IsEmpty || (TrailGap is not null && kept[^1].Record < last.Record)) ? kept.Add(LoggedEvidence.PolicyOf(last.Record, last.Value)) : kept;

    private static readonly ImmutableHashSet<FindingCode> LeavesHoles =
    [
        FindingCode.GapInMeasurements, FindingCode.BootRecordRepeated, FindingCode.BootRecordDiffers, FindingCode.LogMalformed,
        FindingCode.VmAlreadyRunning, FindingCode.VmNotRunning, FindingCode.PolicyChangeBroken,
    ];
}
