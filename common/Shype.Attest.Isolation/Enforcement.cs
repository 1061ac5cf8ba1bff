using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>The one decision engine: the agent's launch gate asks it beforehand, the verifier replays the log through it afterwards.</summary>
public static class Enforcement
{
    /// <summary>
    /// Whether the policy permits the event in this state. Starts are decided as Xen and its tools did together: the label must be the policy's,
    /// the Chinese Wall must admit it, and the host's own label must be authorised to run it.
    /// </summary>
    public static Decision Decide(EnforcementState state, EnforcementEvent happening)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(happening);
        return Judge(new EnforcementRun(state), happening) ?? new(DenialReason.None, () => Permission(state, happening));
    }

    /// <summary>The state after an event that did happen, permitted or not.</summary>
    public static EnforcementState Record(EnforcementState state, EnforcementEvent happened)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(happened);
        var run = new EnforcementRun(state);
        run.Record(happened);
        return run.Freeze();
    }

    /// <summary>Why the event is denied; null where it is permitted.</summary>
    internal static Decision? Judge(EnforcementRun run, EnforcementEvent happening) => happening switch
    {
        VmStarts { Vm: var vm } => StartRule.Judge(run, vm),
        VmStops { Uuid: var uuid } => uuid == Guid.Empty || run.Find(uuid) is null
            ? new(DenialReason.NotRunning, () => $"{uuid} cannot stop: it is no running VM")
            : null,
        VmRelabels(var uuid, var label) => run.Find(uuid) is { } participant
            ? RelabelRule.Judge(run, participant, label)
            : new(DenialReason.NotRunning, () => $"{uuid} cannot take another label: it is no running VM"),
        ResourceAttaches(var uuid, var resource) => run.Find(uuid) is { } participant
            ? ResourceRule.Judge(run, participant, resource)
            : new(DenialReason.NotRunning, () => $"{resource.Sentence} cannot be attached to {uuid}: it is no running VM"),
        ResourceDetaches(var uuid, var kind, var name) => run.Find(uuid) is { } participant && participant.Attached.Any(held => held.Is(kind, name))
            ? null
            : new(DenialReason.NotAttached, () => $"{Quote.Visible(kind)} {Quote.Visible(name)} cannot be detached from {uuid}: it does not have it"),
        _ => throw new ArgumentException($"no rule for {happening.GetType().Name}", nameof(happening)),
    };

    private static string Permission(EnforcementState state, EnforcementEvent permitted) => permitted switch
    {
        VmStarts { Vm: var vm } => $"{Quote.Visible(vm.Name)} may start as {Quote.Name(vm.EffectiveLabel)}",
        VmStops { Uuid: var uuid } => $"{NameOf(state, uuid)} may stop",
        VmRelabels(var uuid, var label) => $"{NameOf(state, uuid)} may go on as {Quote.Name(label ?? SpecialLabels.Unlabeled)}",
        ResourceAttaches(var uuid, var resource) => $"{NameOf(state, uuid)} may use {resource.Sentence}",
        ResourceDetaches(var uuid, var kind, var name) => $"{NameOf(state, uuid)} may give {Quote.Visible(kind)} {Quote.Visible(name)} back",
        _ => "",
    };

    private static string NameOf(EnforcementState state, Guid uuid) => Quote.Visible(state.Find(uuid)?.Name ?? uuid.ToString());
}
