using System.Collections.Immutable;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Holds the story of a boot against the references; of what was judged before, only what the new records touch.</summary>
internal static class JudgementStep
{
    public static Judgement Check(BootStory story, IReadOnlyList<CelRecord> news, Judgement? before, PolicyShelf shelf, AppraisalContext context)
    {
        var (references, rules) = (context.References, context.Rules);
        var isSame = before is not null && ReferenceEquals(before.References, references) && ReferenceEquals(before.Rules, rules);
        if (isSame && ReferenceEquals(before!.Story, story))
        {
            return before;
        }

        List<Finding> host = [];
        var flask = FlaskOf(story, before, shelf);
        HypervisorStep.Check(story, context, host);
        PolicyStep.Check(story, shelf, flask, context, host);
        return new(story, references, rules, host, CheckVms(story, news, isSame ? before : null, flask, context)) { Flask = flask, Texts = TextsOf(story, before, shelf) };
    }

    // Read once, and again while it is not there.
    private static MeasuredFlask? FlaskOf(BootStory story, Judgement? before, PolicyShelf shelf) =>
        story.Policy is not { Value: { Module: ModuleInForce.Flask } measured } ? null
        : before is { Flask: { Policy: not null } known } && ReferenceEquals(before.Story.Policy?.Value, measured) ? known
        : shelf.FindFlask(measured);

    // Read once for each policy in force, and again while something is not there.
    private static PolicyTexts? TextsOf(BootStory story, Judgement? before, PolicyShelf shelf) =>
        story.Judged?.Policy is not { } policy ? null
        : before is { Texts: { File: not null } known } && ReferenceEquals(before.Story.Policy?.Value, story.Policy?.Value) ? known
        : PolicyTexts.Of(story, policy, shelf);

    private static ImmutableSortedDictionary<Guid, VmAppraisal> CheckVms(
        BootStory story, IReadOnlyList<CelRecord> news, Judgement? before, MeasuredFlask? flask, AppraisalContext context)
    {
        var policy = story.Judged?.Policy;
        // A change of the policy, even there and back again, can have renamed the label of every VM.
        var isMore = before is not null && before.Story.Judged?.Policy == policy && before.Flask?.Policy == flask?.Policy
            && !news.Any(record => record.Measurement is PolicyChangeContent);
        var vms = isMore ? before!.Vms.ToBuilder() : ImmutableSortedDictionary.CreateBuilder<Guid, VmAppraisal>();
        foreach (var uuid in isMore ? Touched(news) : story.Running.Keys)
        {
            if (story.Running.TryGetValue(uuid, out var image))
            {
                vms[uuid] = VmStep.Check(image, policy, flask?.Policy, context);
            }
            else
            {
                vms.Remove(uuid);
            }
        }

        return vms.ToImmutable();
    }

    private static IEnumerable<Guid> Touched(IReadOnlyList<CelRecord> news) =>
        news.Select(record => record.Measurement).OfType<VmContent>().Select(vm => vm.Uuid).Distinct();
}
