namespace Shype.Attest.Isolation.Guarantees.Demands;

/// <summary>Who runs, by group: two of different groups must not run together. Every event costs the same, however many run.</summary>
/// <param name="groupOf">The group of a label; null for one that may run beside all.</param>
internal sealed class GroupsPresent(Func<string, string?> groupOf)
{
    private readonly Dictionary<Guid, (RunningVm Vm, ulong Record)> _running = [];
    private readonly Dictionary<string, Dictionary<Guid, ulong>> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _groups = new(StringComparer.Ordinal);
    private int _grouped;

    /// <summary>Somebody starts; the witness where another group runs.</summary>
    public Witness? Add(RunningVm vm, ulong record)
    {
        Remove(vm.Uuid);
        _running.Add(vm.Uuid, (vm, record));
        if (GroupOf(vm.EffectiveLabel) is not { } group)
        {
            return null;
        }

        if (!_members.TryGetValue(group, out var mine))
        {
            _members.Add(group, mine = []);
        }

        mine.Add(vm.Uuid, record);
        _grouped++;
        return _grouped > mine.Count ? Witnessed(vm, record, group) : null;
    }

    /// <summary>Somebody ends.</summary>
    public void Remove(Guid uuid)
    {
        if (_running.Remove(uuid, out var was) && GroupOf(was.Vm.EffectiveLabel) is { } group && _members[group].Remove(uuid))
        {
            _grouped--;
        }
    }

    /// <summary>Somebody who runs takes another label.</summary>
    public Witness? Relabel(Guid uuid, string? label, ulong record) =>
        _running.TryGetValue(uuid, out var now) ? Add(now.Vm with { Label = label }, record) : null;

    private Witness Witnessed(RunningVm begun, ulong record, string group)
    {
        var first = _members.Where(other => other.Key != group).SelectMany(other => other.Value).MinBy(member => member.Value);
        var (beside, since) = _running[first.Key];
        var what = $"{Quote.Visible(begun.Name)} ran as {Quote.Name(begun.EffectiveLabel)} (record {record}) beside {Quote.Visible(beside.Name)} as {Quote.Name(beside.EffectiveLabel)} (record {since})";
        return new(what, [beside.EffectiveLabel, begun.EffectiveLabel], [since, record]);
    }

    private string? GroupOf(string label)
    {
        if (!_groups.TryGetValue(label, out var group))
        {
            _groups.Add(label, group = groupOf(label));
        }

        return group;
    }
}
