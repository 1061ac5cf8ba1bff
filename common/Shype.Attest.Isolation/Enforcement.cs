using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>The one decision engine: the agent's launch gate asks it beforehand, the verifier replays the log through it afterwards.</summary>
public static class Enforcement
{
    /// <summary>
    /// Whether the policy permits the event in this state. Starts are decided as Xen and its tools did together: the label must be the policy's,
    /// the Chinese Wall must admit it, and the host's own label must be authorised to run it.
    /// </summary>
    public static Decision Decide(AcmPolicy policy, EnforcementState state, EnforcementEvent happening)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(happening);
        return happening switch
        {
            VmStarts { Vm: var vm } => Start(policy, state, vm),
            VmStops { Uuid: var uuid } => Stop(policy, state, uuid),
            _ => throw new ArgumentException($"no rule for {happening.GetType().Name}", nameof(happening)),
        };
    }

    /// <summary>The state after an event that did happen, permitted or not. A VM that starts again under its uuid takes the place of the one before.</summary>
    public static EnforcementState Record(AcmPolicy policy, EnforcementState state, EnforcementEvent happened)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(state);
        return happened switch
        {
            VmStarts { Vm: { IsHost: false } vm } => state.With(policy, vm),
            VmStops { Uuid: var uuid } when uuid != Guid.Empty => state.Without(policy, uuid),
            _ => state,
        };
    }

    internal static ImmutableArray<string> ChWallTypes(AcmPolicy policy, RunningVm vm) => policy.FindVmLabel(vm.EffectiveLabel)?.ChWallTypes ?? [];

    private static Decision Start(AcmPolicy policy, EnforcementState state, RunningVm vm)
    {
        if (state.Running.ContainsKey(vm.Uuid))
        {
            return new(DenialReason.AlreadyRunning, () => $"{Quote.Visible(vm.Name)} may not start: {vm.Uuid} runs already", state);
        }

        if (policy.FindVmLabel(vm.EffectiveLabel) is not { } label)
        {
            var what = vm.Label is null ? "it has no label" : $"policy {policy} has no VM label {Quote.Name(vm.Label)}";
            return new(DenialReason.UnknownLabel, () => $"{Quote.Visible(vm.Name)} may not start: {what}", state);
        }

        if (!policy.ChineseWall.Admits(state.Wall, label.ChWallTypes))
        {
            return Conflict(policy, state, vm, label);
        }

        if (!TypeEnforcement.Authorises(policy, policy.BootstrapLabel, label))
        {
            var missing = TypeEnforcement.Missing(policy.BootstrapLabel, label);
            var why = missing.IsEmpty ? "holds no type that it could be reached by" : $"needs {Quote.Set(missing)}, which the host's label {Quote.Name(policy.Bootstrap)} does not hold";
            return new(DenialReason.NotAuthorised, () => $"{Quote.Visible(vm.Name)} may not start: its label {Quote.Name(label.Name)} {why}", state) { MissingTypes = missing };
        }

        return new(DenialReason.None, () => $"{Quote.Visible(vm.Name)} may start as {Quote.Name(label.Name)}", state.With(policy, vm));
    }

    private static Decision Conflict(AcmPolicy policy, EnforcementState state, RunningVm vm, VmLabel label)
    {
        var (other, conflict) = state.Running.Values
            .OrderBy(running => running.Uuid)
            .Select(running => (running, policy.ChineseWall.Between(ChWallTypes(policy, running), label.ChWallTypes)))
            .First(pair => pair.Item2 is not null);
        var sentence = $"{Quote.Visible(vm.Name)} may not start: {Quote.Visible(other.Name)} runs as {Quote.Name(conflict!.RunningType)}, "
            + $"and conflict set {Quote.Name(conflict.Set.Name)} keeps {Quote.Name(conflict.StartingType)} out meanwhile";
        return new(DenialReason.ConflictSet, () => sentence, state) { Conflict = conflict, ConflictsWith = other };
    }

    private static Decision Stop(AcmPolicy policy, EnforcementState state, Guid uuid) =>
        uuid != Guid.Empty && state.Running.TryGetValue(uuid, out var vm)
            ? new(DenialReason.None, () => $"{Quote.Visible(vm.Name)} may stop", state.Without(policy, uuid))
            : new(DenialReason.NotRunning, () => $"{uuid} cannot stop: it is no running VM", state);
}
