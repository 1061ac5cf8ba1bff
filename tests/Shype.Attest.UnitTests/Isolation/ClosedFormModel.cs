using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.UnitTests.Isolation;

/// <summary>
/// The rules as sentences over sets: n is admissible where for no running d and no conflict set CS both CS meets T(d) and CS, without T(d), meets T(n); two share where E(a) meets E(b);
/// a runs b where E(a) holds E(b) and they share. No counter, no index, nothing kept but what runs.
/// </summary>
internal sealed class ClosedFormModel(AcmPolicy policy)
{
    private readonly List<(Guid Uuid, string Name, string? Label, List<Resource> Attached)> _running = [(Guid.Empty, "host", policy.Bootstrap, [])];

    public Dictionary<Guid, string?> Running() => _running.ToDictionary(vm => vm.Uuid, vm => vm.Label);

    public bool Permits(EnforcementEvent happening) => happening switch
    {
        VmStarts { Vm: var vm } => !Runs(vm.Uuid) && IsKnown(vm.Label) && Admits(_running.Select(running => running.Label), vm.Label) && Authorises(HostLabel, vm.Label),
        VmStops { Uuid: var uuid } => uuid != Guid.Empty && Runs(uuid),
        VmRelabels(var uuid, var label) => Runs(uuid) && IsKnown(label) && PermitsRelabel(uuid, label),
        ResourceAttaches(var uuid, var resource) => Runs(uuid) && MayUse(_running, Get(uuid).Label, resource),
        ResourceDetaches(var uuid, var kind, var name) => Runs(uuid) && Get(uuid).Attached.Exists(held => (held.Kind, held.Name) == (kind, name)),
        _ => throw new ArgumentException(happening.ToString()),
    };

    public void Record(EnforcementEvent happened)
    {
        switch (happened)
        {
            case VmStarts { Vm: { IsHost: false } vm }:
                _running.RemoveAll(running => running.Uuid == vm.Uuid);
                _running.Add((vm.Uuid, vm.Name, vm.Label, []));
                break;
            case VmStops { Uuid: var uuid } when uuid != Guid.Empty:
                _running.RemoveAll(running => running.Uuid == uuid);
                break;
            case VmRelabels(var uuid, var label) when Runs(uuid):
                _running[_running.FindIndex(running => running.Uuid == uuid)] = Get(uuid) with { Label = label };
                break;
            case ResourceAttaches(var uuid, var resource) when Runs(uuid):
                Get(uuid).Attached.RemoveAll(held => (held.Kind, held.Name) == (resource.Kind, resource.Name));
                Get(uuid).Attached.Add(resource);
                break;
            case ResourceDetaches(var uuid, var kind, var name) when Runs(uuid):
                Get(uuid).Attached.RemoveAll(held => (held.Kind, held.Name) == (kind, name));
                break;
        }
    }

    private string? HostLabel => Get(Guid.Empty).Label;

    private bool PermitsRelabel(Guid uuid, string? label)
    {
        var after = _running.Select(running => running.Uuid == uuid ? running with { Label = label } : running).ToList();
        // Those whose label the policy does not know were never asked; they hold nobody back and are held back by nobody.
        var started = new List<string?>();
        foreach (var running in after)
        {
            if (IsKnown(running.Label) && !Admits(started, running.Label))
            {
                return false;
            }

            started.Add(running.Label);
        }

        return after.All(running => running.Attached.All(resource =>
            (running.Uuid != uuid && resource.Kind != "grant")
            || (resource.Kind == "grant" && after.TrueForAll(peer => peer.Name != resource.Name))
            || MayUse(after, running.Label, resource)));
    }

    private bool Admits(IEnumerable<string?> running, string? starting) => !running.Any(d => policy.ConflictSets.Any(set =>
        set.Types.Intersect(T(d)).Any() && set.Types.Intersect(T(starting)).Except(T(d)).Any()));

    private bool Authorises(string? host, string? vm) => !E(vm).Except(E(host)).Any() && E(host).Intersect(E(vm)).Any();

    private bool MayUse(List<(Guid Uuid, string Name, string? Label, List<Resource> Attached)> running, string? user, Resource resource)
    {
        if (resource.Kind != "grant")
        {
            return policy.ResourceLabels.Any(label => label.Name == resource.Label && E(user).Contains(label.SteType));
        }

        var peers = running.Where(vm => vm.Name == resource.Name).ToList();
        return peers.Count > 0 && peers.All(peer => E(user).Intersect(E(peer.Label)).Any());
    }

    private bool Runs(Guid uuid) => _running.Exists(running => running.Uuid == uuid);

    private (Guid Uuid, string Name, string? Label, List<Resource> Attached) Get(Guid uuid) => _running.Find(running => running.Uuid == uuid);

    private bool IsKnown(string? label) => policy.VmLabels.Any(known => known.Name == label);

    private IEnumerable<string> T(string? label) => policy.VmLabels.Where(known => known.Name == label).SelectMany(known => known.ChWallTypes);

    private IEnumerable<string> E(string? label) => policy.VmLabels.Where(known => known.Name == label).SelectMany(known => known.SteTypes);
}
