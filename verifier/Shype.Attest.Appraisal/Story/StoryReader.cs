using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Story;

/// <summary>Folds proven records into a <see cref="BootStory"/>. Every record does something here: what is not understood is a finding.</summary>
internal sealed class StoryReader
{
    private readonly PolicyShelf _shelf;
    private readonly ImmutableSortedDictionary<Guid, RunningImage>.Builder _running;
    private readonly List<EnforcementEvent> _events = [];
    private readonly List<ulong> _numbers = [];
    private readonly BootPastBuilder _past;
    private BootStory _story;
    private JudgedPolicy? _judged;
    private int _bytes;

    /// <summary>Goes on where a story ended, with the versions of policies that were in force.</summary>
    public StoryReader(BootStory from, PolicyShelf shelf, PolicyVersions versions)
    {
        _shelf = shelf;
        Versions = versions;
        _running = from.Running.ToBuilder();
        _past = new(from.Past);
        _story = from;
        _judged = from.Judged ?? Remember(from);
    }

    /// <summary>Whether every policy that something had to be judged by was there. Otherwise the records must be read again when it is.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>The highest version of each policy that was in force.</summary>
    public PolicyVersions Versions { get; private set; }

    /// <summary>The story with everything that was read.</summary>
    public BootStory Finish()
    {
        Replay();
        return _story with { Running = _running.ToImmutable(), Judged = _judged, Past = _past.Finish() };
    }

    public void Read(CelRecord record, IReadOnlyList<AlgorithmId> banks)
    {
        var number = record.RecordNumber;
        _bytes = record.Content.Length;
        switch (record.Measurement)
        {
            case BootContent boot:
                ReadBoot(number, boot, banks);
                break;
            case HypervisorContent hypervisor:
                ReadHypervisor(number, hypervisor);
                break;
            case PolicyStateContent policy:
                ReadPolicy(number, policy);
                break;
            case VmRunContent vm:
                Start(number, vm);
                break;
            case VmEndContent vm:
                End(number, vm);
                break;
            case ResourceContent resource:
                ReadResource(number, resource);
                break;
            case GapContent gap:
                Add(new(FindingCode.GapInMeasurements, "log", number, Detail: $"{gap.Reason}, since {gap.Since:yyyy-MM-dd HH:mm:ss}Z"));
                break;
            default:
                Add(new(FindingCode.LogMalformed, "log", number, Detail: $"this verifier does not know what a record '{record.Measurement.Type}' means"));
                break;
        }
    }

    private JudgedPolicy? Remember(BootStory from)
    {
        if (from.Policy is not { Value: { Module: PolicyShelf.Module } measured })
        {
            return null;
        }

        var policy = _shelf.Find(measured).Policy;
        IsComplete = policy is not null;
        return policy is null ? null : JudgedPolicy.Rebuild(policy, from.Running.Values);
    }

    private void ReadBoot(ulong number, BootContent boot, IReadOnlyList<AlgorithmId> banks)
    {
        if (number > 0)
        {
            Add(new(FindingCode.BootRecordRepeated, "log", number));
        }

        if (banks.FirstOrDefault(bank => !boot.Banks.Contains(bank)) is var missing and not 0)
        {
            Add(new(FindingCode.BootRecordDiffers, "log", number, Detail: $"{missing.ToText()} is quoted but not among its banks"));
        }

        if (_story.Agent is null)
        {
            _past.AddLasting(number, boot, _bytes);
        }

        _story = _story with { BootId = _story.BootId ?? boot.BootId, Agent = _story.Agent ?? new(number, boot) };
    }

    private void ReadHypervisor(ulong number, HypervisorContent hypervisor)
    {
        if (_story.Hypervisor is not { } first)
        {
            _story = _story with { Hypervisor = new(number, hypervisor) };
            _past.AddLasting(number, hypervisor, _bytes);
        }
        else if (!first.Value.Encode().AsSpan().SequenceEqual(hypervisor.Encode()))
        {
            Add(new(FindingCode.HypervisorChanged, "hypervisor", number, first.Value.ImageDigest.ToString(), hypervisor.ImageDigest.ToString()));
        }
    }

    private void ReadPolicy(ulong number, PolicyStateContent policy)
    {
        var before = _story.Policy?.Value;
        if (policy is PolicyChangeContent change)
        {
            var name = $"{TextRules.Escape(policy.Name)} {TextRules.Escape(policy.Version)}".Trim();
            Add(new(FindingCode.PolicyChanged, "policy", number, before?.Name, policy.Name, Detail: $"to {(name.Length == 0 ? policy.Module : name)}"));
            if (!Follows(before, change.PreviousDigest))
            {
                Add(new(FindingCode.PolicyChangeBroken, "policy", number, before?.ActiveDigest?.ToString(), change.PreviousDigest?.ToString()));
            }
        }
        else if (before is not null && !IsSame(before, policy))
        {
            Add(new(FindingCode.PolicyChangeBroken, "policy", number, before.CanonicalDigest?.ToString(), policy.CanonicalDigest?.ToString()));
        }

        if (before is null || policy is PolicyChangeContent || !IsSame(before, policy))
        {
            _past.AddLasting(number, policy, _bytes);
        }

        if (before is not null && !MeansTheSame(before, policy))
        {
            _past.Lose($"record {number} changed the policy, and what was over by then is not kept");
        }

        _story = _story with { Policy = new(number, policy), EarlierPolicies = WithEarlier(before), Unjudged = _story.Unjudged || IsForgotten(before) };
        Adopt(number, _shelf.Find(policy));
    }

    private void Adopt(ulong number, PolicyAnswer answer)
    {
        Replay();
        if (answer.Policy is not { } policy)
        {
            IsComplete &= answer.Problem == FindingCode.PolicyModuleNotJudged;
            _judged = null;
            _story = _story with { Unjudged = _story.Unjudged || _running.Count > 0 };
            return;
        }

        if (_judged is { Policy: var before, State: var state })
        {
            if (PolicySuccession.IsSame(before, policy))
            {
                return;
            }

            Succeed(number, before, policy, PolicyChange.Decide(state, policy));
        }

        if (Versions.Refuse(policy, number) is { } refused)
        {
            Add(refused);
        }

        // As sHype itself took a new policy (isolation 2.4): everything that runs is asked as if it started now.
        Versions = Versions.With(policy);
        _judged = new(policy, EnforcementState.AtBoot(policy));
        foreach (var image in _running.Values.OrderBy(image => image.Record))
        {
            foreach (var happened in image.Events)
            {
                Judge(number, happened);
            }
        }
    }

    private void Succeed(ulong number, AcmPolicy before, AcmPolicy next, PolicyChangeDecision decision)
    {
        foreach (var finding in PolicySuccession.Refuse(decision, before, next, number))
        {
            Add(finding);
        }

        // What sHype would have refused gave no VM a new label; what it would have done renamed the labels of all.
        foreach (var image in decision.Next is { } under ? _running.Values.Select(image => PolicySuccession.Under(under, image)).ToList() : [])
        {
            _running[image.Start.Uuid] = image;
        }
    }

    private void Start(ulong number, VmRunContent vm)
    {
        var image = new RunningImage(number, vm, []);
        if (vm.Uuid == Guid.Empty)
        {
            Add(new(FindingCode.VmAlreadyRunning, image.Subject, number, Detail: "its uuid is that of the host's own domain"));
            return;
        }

        if (_running.ContainsKey(vm.Uuid))
        {
            Add(new(FindingCode.VmAlreadyRunning, image.Subject, number));
        }
        else if (_running.Count == AppraisalLimits.MaxRunningVms)
        {
            Add(new(FindingCode.LogMalformed, "log", number, Detail: $"more than {_running.Count} VMs run at once ({nameof(AppraisalLimits.MaxRunningVms)})"));
            return;
        }

        // The new start decides what the VM is, whatever ran under its uuid before (threat row V14).
        _running[vm.Uuid] = image;
        _past.Add(number, vm, _bytes);
        Judge(number, new VmStarts(image.Vm));
    }

    private void End(ulong number, VmEndContent vm)
    {
        if (!_running.Remove(vm.Uuid))
        {
            Add(new(FindingCode.VmNotRunning, $"vm/{vm.Uuid}", number));
            return;
        }

        _past.Add(number, vm, _bytes);
        Judge(number, new VmStops(vm.Uuid));
    }

    private void ReadResource(ulong number, ResourceContent resource)
    {
        if (!_running.TryGetValue(resource.Uuid, out var image))
        {
            Add(new(FindingCode.VmNotRunning, $"vm/{resource.Uuid}", number));
            return;
        }

        if (resource is not ResourceAttachContent attach)
        {
            _running[resource.Uuid] = image with { Attached = image.Attached.RemoveAll(held => held.Kind == resource.Kind && held.Name == resource.Name) };
            _past.Add(number, resource, _bytes);
            Judge(number, new ResourceDetaches(resource.Uuid, resource.Kind, resource.Name));
            return;
        }

        if (image.Attached.Length == AppraisalLimits.MaxAttachments)
        {
            Add(new(FindingCode.LogMalformed, "log", number, Detail: $"more than {image.Attached.Length} resources of one VM ({nameof(AppraisalLimits.MaxAttachments)})"));
            return;
        }

        _running[resource.Uuid] = image with { Attached = image.Attached.Add(attach) };
        _past.Add(number, attach, _bytes);
        Judge(number, new ResourceAttaches(resource.Uuid, RunningImage.ResourceOf(attach)));
    }

    private void Judge(ulong number, EnforcementEvent happened)
    {
        if (_judged is null)
        {
            _story = _story with { Unjudged = _story.Unjudged || happened is VmStarts };
            return;
        }

        _events.Add(happened);
        _numbers.Add(number);
    }

    // Events under one policy are replayed together, before anything that must stand after them.
    private void Replay()
    {
        if (_events.Count == 0 || _judged is not { } judged)
        {
            return;
        }

        var replay = StartReplay.Run(judged.State, _events);
        _judged = judged with { State = replay.End };
        foreach (var violation in replay.Violations)
        {
            Deny(_numbers[violation.Index], violation.Event, violation.Decision);
        }

        _events.Clear();
        _numbers.Clear();
    }

    private void Deny(ulong number, EnforcementEvent happened, Decision decision)
    {
        FindingCode? code = decision.Reason switch
        {
            DenialReason.ConflictSet => FindingCode.ConflictViolated,
            DenialReason.NotAuthorised => FindingCode.VmNotAuthorised,
            DenialReason.UnknownLabel => FindingCode.VmLabelUnknown,
            DenialReason.ResourceDenied => FindingCode.ResourceDenied,
            // That it runs already, or has no such resource, is a finding of the log itself, under any policy or none.
            _ => null,
        };
        if (_story.Violation is null && decision.Reason != DenialReason.NotAttached)
        {
            _story = _story with { Violation = new(number, decision.Sentence) };
        }

        if (decision.ConflictsWith is { } running && happened is VmStarts { Vm: var starting } && _story.Conflicts.Length < AppraisalLimits.MaxFactsPerCode)
        {
            _story = _story with { Conflicts = _story.Conflicts.Add(new(number, starting.EffectiveLabel, running.EffectiveLabel, decision.Sentence)) };
        }

        // Sentences are made only for what is shown: a log may hold very many denials.
        if (code is { } denied && HasRoom(denied))
        {
            var (vm, found) = happened switch
            {
                VmStarts starts => (starts.Vm, starts.Vm.Label ?? "none"),
                ResourceAttaches attaches => (decision.Vm, attaches.Resource.Label),
                _ => (null, null),
            };
            Add(new(denied, "vm/" + vm?.Name, number, Found: found, Detail: decision.Sentence));
        }
    }

    private ImmutableHashSet<MeasuredDigest> WithEarlier(PolicyStateContent? before) =>
        before?.CanonicalDigest is { } digest && _story.EarlierPolicies.Count < AppraisalLimits.MaxPolicies
            ? _story.EarlierPolicies.Add(digest)
            : _story.EarlierPolicies;

    // A policy that was in force and cannot be remembered: nothing can be claimed about its time.
    private bool IsForgotten(PolicyStateContent? before) =>
        before is not null && (before.CanonicalDigest is not { } digest || !WithEarlier(before).Contains(digest));

    // docs/records.md: previousDigest is activeDigest of the policy before; a source without a binary form is named by its other digests.
    private static bool Follows(PolicyStateContent? before, MeasuredDigest? previous) => previous is { } named
        ? named == before?.ActiveDigest || named == before?.CanonicalDigest || named == before?.SourceDigest
        : before?.ActiveDigest is null;

    private static bool IsSame(PolicyStateContent left, PolicyStateContent right) =>
        left.Module == right.Module && left.ActiveDigest == right.ActiveDigest && left.CanonicalDigest == right.CanonicalDigest
        && left.SourceDigest == right.SourceDigest && left.Enforcing == right.Enforcing;

    private static bool MeansTheSame(PolicyStateContent left, PolicyStateContent right) =>
        left.Module == right.Module && (left.CanonicalDigest is { } meaning ? meaning == right.CanonicalDigest : IsSame(left, right));

    private bool HasRoom(FindingCode code) => _story.Facts.Count(known => known.Code == code) < AppraisalLimits.MaxFactsPerCode;

    private void Add(Finding fact)
    {
        if (HasRoom(fact.Code))
        {
            _story = _story with { Facts = _story.Facts.Add(fact) };
        }
    }
}
