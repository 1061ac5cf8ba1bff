using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>
/// A state that is being worked on: the counters of Xen's access control module, in place. What runs raises a count on every type that it keeps out;
/// what would start is denied where one of its own types has a count (isolation 2.2).
/// </summary>
internal sealed class EnforcementRun
{
    private readonly ImmutableDictionary<Guid, Participant>.Builder _participants;
    private readonly int[] _running;
    private readonly int[] _aggregates;
    private ulong _starts;

    public EnforcementRun(EnforcementState from)
    {
        Tables = from.Tables;
        _participants = from.Participants.ToBuilder();
        _running = from.Wall.Running.AsSpan().ToArray();
        _aggregates = from.Wall.Aggregates.AsSpan().ToArray();
        _starts = from.Starts;
    }

    public PolicyTables Tables { get; }

    public AcmPolicy Policy => Tables.Policy;

    public IEnumerable<Participant> Participants => _participants.Values;

    /// <summary>The host's own domain, which every state has.</summary>
    public Participant Host => _participants[Guid.Empty];

    public EnforcementState Freeze() =>
        new(Tables, _participants.ToImmutable(), new(ImmutableCollectionsMarshal.AsImmutableArray([.. _running]), ImmutableCollectionsMarshal.AsImmutableArray([.. _aggregates])), _starts);

    public Participant? Find(Guid uuid) => _participants.GetValueOrDefault(uuid);

    /// <summary>All that run as they are now, for a sentence that is made later.</summary>
    public ImmutableDictionary<Guid, Participant> Snapshot() => _participants.ToImmutable();

    public bool Admits(LabelRow starting)
    {
        foreach (var type in starting.Own)
        {
            if (_aggregates[type] != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes an event as it happened, permitted or not. A VM that starts again under its uuid takes the place of the one before.</summary>
    public void Record(EnforcementEvent happened)
    {
        switch (happened)
        {
            case VmStarts { Vm: { IsHost: false } vm }:
                Place(vm, []);
                break;
            case VmStops { Uuid: var uuid } when uuid != Guid.Empty:
                Remove(uuid);
                break;
            case VmRelabels(var uuid, var label) when Find(uuid) is { } participant:
                Remove(uuid);
                Place(participant.Vm with { Label = label }, participant.Attached, participant.Order);
                break;
            case ResourceAttaches(var uuid, var resource) when Find(uuid) is { } participant:
                _participants[uuid] = participant with { Attached = Without(participant, resource.Kind, resource.Name).Add(resource) };
                break;
            case ResourceDetaches(var uuid, var kind, var name) when Find(uuid) is { } participant:
                _participants[uuid] = participant with { Attached = Without(participant, kind, name) };
                break;
        }
    }

    public void Place(RunningVm vm, ImmutableArray<Resource> attached) => Place(vm, attached, _starts++);

    public void Remove(Guid uuid)
    {
        if (_participants.Remove(uuid, out var participant) && participant.Row is { } row)
        {
            Count(row, -1);
        }
    }

    private void Place(RunningVm vm, ImmutableArray<Resource> attached, ulong order)
    {
        Remove(vm.Uuid);
        var row = Tables.Find(vm.EffectiveLabel);
        _participants.Add(vm.Uuid, new(vm, row, order, attached));
        if (row is not null)
        {
            Count(row, 1);
        }
    }

    private void Count(LabelRow row, int step)
    {
        foreach (var type in row.Own)
        {
            _running[type] += step;
        }

        foreach (var type in row.KeptOut)
        {
            _aggregates[type] += step;
        }
    }

    private static ImmutableArray<Resource> Without(Participant participant, string kind, string name) => participant.Attached.RemoveAll(held => held.Is(kind, name));
}

/// <summary>What <see cref="ImmutableDictionary{TKey, TValue}.Builder"/> does not have.</summary>
internal static class Removal
{
    public static bool Remove(this ImmutableDictionary<Guid, Participant>.Builder participants, Guid uuid, out Participant participant) =>
        participants.TryGetValue(uuid, out participant!) && participants.Remove(uuid);
}
