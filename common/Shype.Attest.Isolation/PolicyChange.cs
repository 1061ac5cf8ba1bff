using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>Whether a policy may take the place of another on a running system (isolation 2.4, and what xend asked beside the hypervisor).</summary>
public static class PolicyChange
{
    /// <summary>The name of the policy that is in force where none was given; it may be replaced by any and replace any.</summary>
    public const string DefaultName = "DEFAULT";

    /// <summary>The decision: every problem, and the state under the new policy where there is none.</summary>
    public static PolicyChangeDecision Decide(EnforcementState state, AcmPolicy next)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(next);
        var problems = ImmutableArray.CreateBuilder<PolicyChangeProblem>();
        problems.AddRange(PolicySuccession.Problems(state.Policy, next));
        var labels = new LabelSuccession(state.Policy, next);
        problems.AddRange(labels.Problems());
        var under = Replay(state, labels, problems);
        if (RelabelRule.LostSharing(under, changed: null) is { } lost)
        {
            problems.Add(new(PolicyChangeProblemCode.SharingLost, lost.Sentence));
        }

        return new(problems.ToImmutable(), problems.Count == 0 ? under.Freeze() : null);
    }

    // (1) no label in use may go, (2) labels are translated, (3) everything that runs starts again under the new Chinese Wall.
    private static EnforcementRun Replay(EnforcementState state, LabelSuccession labels, ImmutableArray<PolicyChangeProblem>.Builder problems)
    {
        var host = state.Participants[Guid.Empty];
        var run = new EnforcementRun(EnforcementState.Under(labels.Next, host.Vm with { Label = labels.OfHost(host.Vm.EffectiveLabel) }, Attached(host, labels)));
        foreach (var participant in state.InOrder)
        {
            var vm = participant.Vm.IsHost ? run.Host.Vm : participant.Vm with { Label = labels.OfVm(participant.Vm.Label) };
            if (participant.Row is { } before && run.Tables.Find(vm.EffectiveLabel) is null)
            {
                problems.Add(new(PolicyChangeProblemCode.LabelInUse, $"{Quote.Visible(vm.Name)} runs as {Quote.Name(before.Label.Name)}, which policy {labels.Next} does not have"));
            }

            if (vm.IsHost)
            {
                continue;
            }

            if (run.Tables.Find(vm.EffectiveLabel) is { } row && !run.Admits(row))
            {
                problems.Add(new(PolicyChangeProblemCode.Conflict, StartRule.Conflict(run, vm, row, "go on").Sentence));
            }

            run.Place(vm, Attached(participant, labels));
        }

        return run;
    }

    private static ImmutableArray<Resource> Attached(Participant participant, LabelSuccession labels) =>
        [.. participant.Attached.Select(resource => resource with { Label = labels.OfResource(resource) })];
}

/// <summary>What is said to a policy that would take the place of another.</summary>
/// <param name="Problems">Why it may not; empty where it may.</param>
/// <param name="Next">The state under it, labels translated; null where it may not.</param>
public sealed record PolicyChangeDecision(ImmutableArray<PolicyChangeProblem> Problems, EnforcementState? Next)
{
    /// <summary>Whether it may.</summary>
    public bool Permitted => Problems.IsEmpty;
}

/// <summary>One reason against a policy.</summary>
/// <param name="Code">Which.</param>
/// <param name="Sentence">In words, without a full stop.</param>
public sealed record PolicyChangeProblem(PolicyChangeProblemCode Code, string Sentence);

/// <summary>Why a policy may not take the place of another.</summary>
public enum PolicyChangeProblemCode
{
    /// <summary>One has a part (Chinese Wall, Type Enforcement) that the other has not.</summary>
    OtherParts,

    /// <summary>It was made to replace another policy or version.</summary>
    NotTheSuccessor,

    /// <summary>Its version is not above that of the policy in force.</summary>
    VersionNotUp,

    /// <summary>It takes the place of a label that the policy in force does not have, or two of its labels take the place of one.</summary>
    BadSuccession,

    /// <summary>A label that something runs under is gone (ACM_SSIDREF_IN_USE).</summary>
    LabelInUse,

    /// <summary>Something that runs could not be started beside what else runs (ACM_CHWALL_CONFLICT).</summary>
    Conflict,

    /// <summary>Something that is shared or attached would be denied (ACM_EVTCHN_SHARING_VIOLATION, ACM_GNTTAB_SHARING_VIOLATION).</summary>
    SharingLost,
}
