namespace Shype.Attest.Isolation.Guarantees;

/// <summary>
/// G17: no PCI device, network or disk is used under two labels at the same time. The log names disks as their VM does: two disks of one label, used under two
/// labels of VMs, may or may not be one.
/// </summary>
public static class ExclusiveDevices
{
    /// <summary>The guarantee for the whole boot.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G17", IsolationEvidence.NoLog);
        }

        var users = new Dictionary<(string Kind, string Which), List<(Guid Uuid, string Label, ulong Record)>>();
        var labels = new Dictionary<Guid, string> { [Guid.Empty] = evidence.Policy.Bootstrap };
        var held = new Dictionary<Guid, List<Resource>>();
        string? maybe = null;
        foreach (var (record, happened) in history.Events)
        {
            switch (happened)
            {
                case VmStarts { Vm: var vm }:
                    Release(vm.Uuid);
                    labels[vm.Uuid] = vm.EffectiveLabel;
                    break;
                case VmStops { Uuid: var uuid }:
                    Release(uuid);
                    break;
                case ResourceDetaches(var uuid, var kind, var name) when held.TryGetValue(uuid, out var mine):
                    mine.Where(resource => resource.Is(kind, name)).ToList().ForEach(resource => users[KeyOf(resource)].RemoveAll(user => user.Uuid == uuid));
                    mine.RemoveAll(resource => resource.Is(kind, name));
                    break;
                case ResourceAttaches(var uuid, var resource) when KeyOf(resource) is { Kind.Length: > 0 } key && labels.TryGetValue(uuid, out var label):
                    var others = users.TryGetValue(key, out var known) ? known : users[key] = [];
                    if (others.FindIndex(user => user.Label != label) is var index and >= 0)
                    {
                        var other = others[index];
                        var what = $"{resource.Sentence} is used under {Quote.Name(other.Label)} (record {other.Record}) and under {Quote.Name(label)} (record {record})";
                        if (IsNamedByHost(resource))
                        {
                            return Guarantee.Violated("G17", $"{what}.", new(what, [other.Label, label], [other.Record, record]));
                        }

                        maybe ??= $"a {resource.Kind} with label {Quote.Name(resource.Label ?? "none")} is used under {Quote.Name(other.Label)} (record {other.Record}) and under {Quote.Name(label)} (record {record}), and the log does not say whether it is the same one";
                    }

                    others.RemoveAll(user => user.Uuid == uuid && !IsNamedByHost(resource) && user.Label == label);
                    others.Add((uuid, label, record));
                    (held.TryGetValue(uuid, out var list) ? list : held[uuid] = []).Add(resource);
                    break;
            }
        }

        return (maybe ?? history.Gap) is { } missing
            ? Guarantee.Unknown("G17", missing)
            : Guarantee.Holds("G17", evidence, "No device was used under two labels at the same time.");

        void Release(Guid uuid)
        {
            held.Remove(uuid, out var mine);
            mine?.ForEach(resource => users[KeyOf(resource)].RemoveAll(user => user.Uuid == uuid));
        }
    }

    // Networks have names of the host; a vif, a disk and a virtual TPM are named within their VM.
    private static bool IsNamedByHost(Resource resource) => resource.Kind is "pci" or "vlan";

    private static (string Kind, string Which) KeyOf(Resource resource) => resource.Kind switch
    {
        "pci" or "vlan" => (resource.Kind, resource.Name),
        "disk" => (resource.Kind, resource.Label ?? ""),
        _ => ("", ""),
    };
}
