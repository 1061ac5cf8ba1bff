using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Isolation.Flows;

/// <summary>
/// What could really get from one label to another in a boot: only VMs that ran at the same time, only what was attached, and nothing read before it was written.
/// A VM keeps what it got when it starts again under its uuid, whatever its label is then; mediators pass nothing on. A resource's label is one end of a flow by what
/// was attached: who gets such a resource can read it, who has one can write to it.
/// </summary>
internal sealed class ActualFlow
{
    private readonly IsolationHistory _history;
    private readonly IReadOnlySet<string> _mediators;
    private readonly Dictionary<Guid, Carrier> _carriers = [];
    private readonly Dictionary<(string Kind, string Which), Medium> _media = [];
    private readonly Dictionary<Guid, List<(Resource Resource, Medium Medium)>> _attached = [];
    private readonly Queue<Carrier> _queue = [];
    private readonly Carrier? _source;
    private readonly ImmutableHashSet<string> _goals;
    private ulong _now;
    private int _steps;

    private ActualFlow(IsolationHistory history, IReadOnlySet<string> mediators, string from, ImmutableHashSet<string> to)
    {
        (_history, _mediators) = (history, mediators);
        _source = IsResource(from) ? Carrier.OfResource(from) : null;
        _goals = [.. to.Where(IsResource)];
        bool IsResource(string label) => history.Policy.FindVmLabel(label) is null;
    }

    /// <summary>
    /// The earliest way to one of some labels, itself a mediator or not; null where nothing could get there. What it takes is taken from the steps that are left;
    /// where none are, nothing was found out.
    /// </summary>
    public static Witness? Find(IsolationHistory history, ImmutableHashSet<string> mediators, string from, ImmutableHashSet<string> to, ref int left)
    {
        var flow = new ActualFlow(history, mediators.Except(to), from, to);
        flow.Start(RunningVm.Host(history.Policy), from);
        var found = flow.Spread(to);
        for (var i = 0; i < history.Events.Length && found is null && flow._steps < left; i++)
        {
            flow._now = history.Events[i].Record;
            flow.Take(history.Events[i].Event, from);
            found = flow.Spread(to);
        }

        left = Math.Max(0, left - flow._steps);
        return found is null ? null : flow.Witnessed(found);
    }

    /// <summary>The most steps of one question: a log that needs more leaves it open.</summary>
    public const int MaxSteps = 2_000_000;

    private void Take(EnforcementEvent happened, string from)
    {
        _steps++;
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
        if (!carrier.IsReached && _source is { } source && resource.Label == source.ReachedAs)
        {
            carrier.Reach(source, $"got {resource.Sentence} with label {Quote.Name(source.ReachedAs)}", _now);
        }

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
            if (to.Contains(carrier.Vm.EffectiveLabel) && (carrier.From is not null || carrier.ReachedAs != carrier.Vm.EffectiveLabel))
            {
                return carrier;
            }

            if (!_goals.IsEmpty && Written(carrier) is { } written)
            {
                return written;
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

    // A carrier that something got to writes to what it has.
    private Carrier? Written(Carrier carrier)
    {
        if (_attached.GetValueOrDefault(carrier.Vm.Uuid, []).Find(held => held.Resource.Label is { } label && _goals.Contains(label)) is not { Resource: { } resource })
        {
            return null;
        }

        var written = Carrier.OfResource(resource.Label!);
        written.Reach(carrier, resource.Sentence, _now);
        return written;
    }

    private void Give(Carrier giver, Medium medium, string how)
    {
        _steps++;
        foreach (var holder in medium.ReachAll().Select(uuid => _carriers[uuid]).Where(holder => !holder.IsReached))
        {
            holder.Reach(giver, how, _now);
            _queue.Enqueue(holder);
        }
    }

    private Medium MediumOf((string Kind, string Which) key)
    {
        _steps++;
        if (!_media.TryGetValue(key, out var medium))
        {
            _media.Add(key, medium = new Medium());
        }

        return medium;
    }

    private ImmutableArray<string> TypesOf(RunningVm vm) =>
        _history.Policy.HasTypeEnforcement ? _history.Policy.FindVmLabel(vm.EffectiveLabel)?.SteTypes ?? [] : ["anything"];

    private Witness Witnessed(Carrier arrived)
    {
        var (path, words, records) = (new List<string>(), new List<string>(), new List<ulong>());
        if (arrived.Vm.EffectiveLabel != arrived.ReachedAs)
        {
            path.Add(arrived.Vm.EffectiveLabel);
            records.Add(_now);
            words.Add($"{Quote.Visible(arrived.Vm.Name)} ({Quote.Name(arrived.ReachedAs)}) became {Quote.Name(arrived.Vm.EffectiveLabel)} at record {_now}");
        }
        for (var at = arrived; at is not null; at = at.From)
        {
            path.Add(at.ReachedAs);
            records.Add(at.Record);
            if (at.From is { } giver)
            {
                words.Add(at.IsResource ? $"{Quote.Visible(giver.Vm.Name)} ({Quote.Name(giver.ReachedAs)}) had {at.How} with label {Quote.Name(at.ReachedAs)} at record {at.Record}"
                    : $"{Quote.Visible(at.Vm.Name)} ({Quote.Name(at.ReachedAs)}) {at.How}{(giver.IsResource ? "" : $" {Quote.Visible(giver.Vm.Name)} ({Quote.Name(giver.ReachedAs)})")} at record {at.Record}");
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

        public bool IsResource { get; private init; }

        public bool IsReached { get; private set; }

        public Carrier? From { get; private set; }

        public string? How { get; private set; }

        public ulong Record { get; private set; }

        public string ReachedAs { get; private set; } = "";

        /// <summary>All resources of a label, as one end of a flow.</summary>
        public static Carrier OfResource(string label)
        {
            var resource = new Carrier { Vm = new RunningVm(Guid.Empty, label, label), IsResource = true };
            resource.Reach(null, null, 0);
            return resource;
        }

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
