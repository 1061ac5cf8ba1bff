using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>Whether a VM may start (isolation 2.2 and 2.3).</summary>
internal static class StartRule
{
    public static Decision? Judge(EnforcementRun run, RunningVm vm)
    {
        if (run.Find(vm.Uuid) is not null)
        {
            return new(DenialReason.AlreadyRunning, () => $"{Quote.Visible(vm.Name)} may not start: {vm.Uuid} runs already");
        }

        if (run.Tables.Find(vm.EffectiveLabel) is not { } row)
        {
            var policy = run.Policy;
            return new(DenialReason.UnknownLabel, () => $"{Quote.Visible(vm.Name)} may not start: {NoLabel(policy, vm.Label)}");
        }

        if (!run.Admits(row))
        {
            return Conflict(run, vm, row, "start");
        }

        return run.Policy.HasTypeEnforcement ? Authorisation(run, vm, row) : null;
    }

    public static string NoLabel(AcmPolicy policy, string? label) => label is null ? "it has no label" : $"policy {policy} has no VM label {Quote.Name(label)}";

    public static Decision Conflict(EnforcementRun run, RunningVm vm, LabelRow row, string verb)
    {
        var (policy, snapshot) = (run.Policy, run.Snapshot());
        var clash = new Lazy<Clash>(() =>
        {
            var other = snapshot.Values.Where(running => running.Row?.KeepsOut(row) == true).MinBy(running => running.Order)!;
            return new(other.Vm, policy.ChineseWall.Between(other.Row!.Label.ChWallTypes, row.Label.ChWallTypes)!);
        });
        return new(DenialReason.ConflictSet, () => Sentence(vm, clash.Value, verb)) { Clash = clash };
    }

    private static string Sentence(RunningVm vm, Clash clash, string verb) =>
        $"{Quote.Visible(vm.Name)} may not {verb}: {Quote.Visible(clash.With.Name)} runs as {Quote.Name(clash.Conflict.RunningType)}, "
            + $"and conflict set {Quote.Name(clash.Conflict.Set.Name)} keeps {Quote.Name(clash.Conflict.StartingType)} out meanwhile";

    // The host's own label is the one it has now: after it was relabelled not the bootstrap label.
    private static Decision? Authorisation(EnforcementRun run, RunningVm vm, LabelRow row)
    {
        var host = run.Host.Row;
        if (host is not null && !row.Ste.IsEmpty && host.Ste.Holds(row.Ste))
        {
            return null;
        }

        var missing = host is null ? row.Label.SteTypes : TypeEnforcement.Missing(host.Label, row.Label);
        var name = run.Host.Vm.EffectiveLabel;
        return new(DenialReason.NotAuthorised, () =>
        {
            var why = missing.IsEmpty ? "holds no type that it could be reached by" : $"needs {Quote.Set(missing)}, which the host's label {Quote.Name(name)} does not hold";
            return $"{Quote.Visible(vm.Name)} may not start: its label {Quote.Name(row.Label.Name)} {why}";
        })
        {
            MissingTypes = missing,
        };
    }
}
