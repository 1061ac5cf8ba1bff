using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Isolation.Flows;

/// <summary>
/// What could really get from one label to another in a boot: only VMs that ran at the same time, only what was attached, and nothing read before it was written.
/// A VM keeps what it got when it starts again under its uuid; mediators pass nothing on.
/// </summary>
internal sealed class ActualFlow
{
    private readonly IsolationHistory _history;
    private readonly IReadOnlySet<string> _mediators;
    private readonly Dictionary<Guid, Carrier> _carriers = [];
    private readonly Dictionary<(string Kind, string Which), Medium> _media = [];
    private readonly Dictionary<Guid, List<(Resource Resource, Medium Medium)>> _attached = [];
    private readonly Queue<Carrier> _queue = [];
    private ulong _now;

    private ActualFlow(IsolationHistory history, IReadOnlySet<string> mediators) => (_history, _mediators) = (history, mediators);

    /// <summary>The earliest way to one of some labels, itself a mediator or not; null where nothing could get there.</summary>
    public static Witness? Find(IsolationHistory history, ImmutableHashSet<string> mediators, string from, ImmutableHashSet<string> to)
    {
        var flow = new ActualFlow(history, mediators.Except(to));
        flow.Start(RunningVm.Host(history.Policy), from);
        foreach (var (record, happened) in history.Events)
        {
            flow._now = record;
            flow.Take(happened, from);
            if (flow.Spread(to) is { } arrived)
            {
                return Witnessed(arrived);
            }
        }

        return flow.Spread(to) is { } atBoot ? Witnessed(atBoot) : null;
    }

    private void Take(EnforcementEvent happened, string from)
    {
        switch (happened)
        {
            case VmStarts { Vm: var vm }:
                Stop(vm.Uuid);
                Start(vm, from);
                break;
            case VmStops { Uuid: var uuid }:
                Stop(uuid);
                break;
            case VmRelabels(var uuid, var label) when _carriers.TryGetValue(uuid, out var carrier) && carrier.Runs:
                var attached = _attached.GetValueOrDefault(uuid, []).Select(held => held.Resource).ToList();
                Stop(uuid);
                Start(carrier.Vm with { Label = label }, from);
                attached.ForEach(resource => Attach(uuid, resource));
                break;
            case ResourceAttaches(var uuid, var resource):
                Attach(uuid, resource);
                break;
            case ResourceDetaches(var uuid, var kind, var name) when _attached.TryGetValue(uuid, out var held):
                held.Where(item => item.Resource.Is(kind, name)).ToList().ForEach(item => item.Medium.Remove(uuid));
                held.RemoveAll(item => item.Resource.Is(kind, name));
                break;
        }
    }

    private void Start(RunningVm vm, string from)
    {
        if (_mediators.Contains(vm.EffectiveLabel) && vm.EffectiveLabel != from)
        {
            return;
        }

        if (!_carriers.TryGetValue(vm.Uuid, out var carrier))
        {
            _carriers.Add(vm.Uuid, carrier = new Carrier());
        }

        (carrier.Vm, carrier.Runs) = (vm, true);
        if (vm.EffectiveLabel == from && !carrier.IsReached)
        {
            carrier.Reach(null, null, _now);
        }

        foreach (var type in TypesOf(vm))
        {
            var medium = MediumOf(("type", type));
            // Between VMs a type carries only while one runs that has something to give.
            if (!carrier.IsReached && medium.AnyReached is { } giver)
            {
                carrier.Reach(_carriers[giver], $"shares {Quote.Set([type])} with", _now);
            }

            medium.Add(vm.Uuid, carrier.IsReached);
        }

        if (carrier.IsReached)
        {
            _queue.Enqueue(carrier);
        }
    }

    private void Stop(Guid uuid)
    {
        if (!_carriers.TryGetValue(uuid, out var carrier) || !carrier.Runs)
        {
            return;
        }

        carrier.Runs = false;
        foreach (var type in TypesOf(carrier.Vm))
        {
            MediumOf(("type", type)).Remove(uuid);
        }

        _attached.GetValueOrDefault(uuid)?.ForEach(held => held.Medium.Remove(uuid));
        _attached.Remove(uuid);
    }

    // Channels are among what VMs with a common type may do; records name a disk as its VM does, so all of one label count as one.
    private void Attach(Guid uuid, Resource resource)
    {
        if (resource.IsChannel || !_carriers.TryGetValue(uuid, out var carrier) || !carrier.Runs)
        {
            return;
        }

        var medium = MediumOf((resource.Kind, resource.Kind is "pci" or "vlan" || resource.Label is null ? "name " + resource.Name : "label " + resource.Label));
        if (!_attached.TryGetValue(uuid, out var held))
        {
            _attached.Add(uuid, held = []);
        }

        held.Add((resource, medium));
        if (!carrier.IsReached && medium.Giver is { } giver)
        {
            carrier.Reach(giver, $"got {resource.Sentence} after", _now);
        }

        medium.Add(uuid, carrier.IsReached);

        if (carrier.IsReached)
        {
            _queue.Enqueue(carrier);
        }
    }

    private Carrier? Spread(ImmutableHashSet<string> to)
    {
        while (_queue.TryDequeue(out var carrier))
        {
            if (to.Contains(carrier.Vm.EffectiveLabel) && carrier.From is not null)
            {
                return carrier;
            }

            foreach (var type in TypesOf(carrier.Vm))
            {
                Give(carrier, MediumOf(("type", type)), $"shares {Quote.Set([type])} with");
            }

            foreach (var (resource, medium) in _attached.GetValueOrDefault(carrier.Vm.Uuid, []))
            {
                medium.Giver ??= carrier;
                Give(carrier, medium, $"uses {resource.Sentence} together with");
            }
        }

        return null;
    }

    private void Give(Carrier giver, Medium medium, string how)
    {
        foreach (var holder in medium.ReachAll().Select(uuid => _carriers[uuid]).Where(holder => !holder.IsReached))
        {
            holder.Reach(giver, how, _now);
            _queue.Enqueue(holder);
        }
    }

    private Medium MediumOf((string Kind, string Which) key)
    {
        if (!_media.TryGetValue(key, out var medium))
        {
            _media.Add(key, medium = new Medium());
        }

        return medium;
    }

    private ImmutableArray<string> TypesOf(RunningVm vm) =>
        _history.Policy.HasTypeEnforcement ? _history.Policy.FindVmLabel(vm.EffectiveLabel)?.SteTypes ?? [] : ["anything"];

    private static Witness Witnessed(Carrier arrived)
    {
        var (path, words, records) = (new List<string>(), new List<string>(), new List<ulong>());
        for (var at = arrived; at is not null; at = at.From)
        {
            path.Add(at.ReachedAs);
            records.Add(at.Record);
            if (at.From is { } giver)
            {
                words.Add($"{Quote.Visible(at.Vm.Name)} ({Quote.Name(at.ReachedAs)}) {at.How} {Quote.Visible(giver.Vm.Name)} ({Quote.Name(giver.ReachedAs)}) at record {at.Record}");
            }
        }

        path.Reverse();
        words.Reverse();
        records.Reverse();
        return new(string.Join(", then ", words), [.. path], [.. records.Skip(1)]);
    }

    private sealed class Carrier
    {
        public RunningVm Vm { get; set; } = null!;

        public bool Runs { get; set; }

        public bool IsReached { get; private set; }

        public Carrier? From { get; private set; }

        public string? How { get; private set; }

        public ulong Record { get; private set; }

        public string ReachedAs { get; private set; } = "";

        public void Reach(Carrier? from, string? how, ulong record) =>
            (IsReached, From, How, Record, ReachedAs) = (true, from, how, record, Vm.EffectiveLabel);
    }

    /// <summary>What is held in common, by whom; whom something got to is kept apart, so that every holder is looked at once.</summary>
    private sealed class Medium
    {
        private readonly HashSet<Guid> _reached = [];
        private readonly HashSet<Guid> _waiting = [];

        /// <summary>Who wrote to it first.</summary>
        public Carrier? Giver { get; set; }

        public Guid? AnyReached
        {
            get
            {
                foreach (var uuid in _reached)
                {
                    return uuid;
                }

                return null;
            }
        }

        public void Add(Guid uuid, bool isReached) => (isReached ? _reached : _waiting).Add(uuid);

        public void Remove(Guid uuid)
        {
            _reached.Remove(uuid);
            _waiting.Remove(uuid);
        }

        public List<Guid> ReachAll()
        {
            List<Guid> now = [.. _waiting];
            _reached.UnionWith(now);
            _waiting.Clear();
            return now;
        }
    }
}
