namespace Shype.Attest.Isolation;

/// <summary>
/// Whether something that runs may go on under another label (isolation 2.4): the Chinese Wall is asked as if everything started now, and
/// what it uses, or others use of it, must still be shared.
/// </summary>
internal static class RelabelRule
{
    public static Decision? Judge(EnforcementRun run, Participant participant, string? label)
    {
        var (vm, policy) = (participant.Vm, run.Policy);
        var next = vm with { Label = label };
        if (run.Tables.Find(next.EffectiveLabel) is null)
        {
            return new(DenialReason.UnknownLabel, () => $"{Quote.Visible(vm.Name)} may not take another label: {StartRule.NoLabel(policy, label)}");
        }

        // All start again in their order, so that a label with two types of one set is judged as it would be then.
        var replay = new EnforcementRun(EnforcementState.Under(policy, vm.IsHost ? next : run.Host.Vm, run.Host.Attached));
        foreach (var running in run.Participants.Where(running => !running.Vm.IsHost).OrderBy(running => running.Order))
        {
            var again = running.Vm.Uuid == vm.Uuid ? next : running.Vm;
            if (replay.Tables.Find(again.EffectiveLabel) is { } row && !replay.Admits(row))
            {
                return StartRule.Conflict(replay, again, row, again.Uuid == vm.Uuid ? $"go on as {Quote.Name(next.EffectiveLabel)}" : "go on");
            }

            replay.Place(again, running.Attached);
        }

        return LostSharing(replay, vm.Uuid);
    }

    /// <summary>What is shared already and would be denied; null where nothing is. The other end of a channel that no longer runs holds nobody back.</summary>
    public static Decision? LostSharing(EnforcementRun run, Guid? changed)
    {
        foreach (var running in run.Participants.OrderBy(running => running.Order))
        {
            foreach (var resource in running.Attached)
            {
                var concerns = changed is null || running.Vm.Uuid == changed || resource.IsChannel;
                if (concerns && !(resource.IsChannel && ResourceRule.Peers(run, resource).Count == 0) && ResourceRule.Judge(run, running, resource) is { } lost)
                {
                    return lost;
                }
            }
        }

        return null;
    }
}
