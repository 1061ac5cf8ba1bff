using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>Which label each resource had at which attachment: a change of it while somebody uses the resource, or without a record that it was cleaned, is remembered.</summary>
internal sealed class ResourceUses(ImmutableArray<Sanitisation> sanitised)
{
    private readonly Dictionary<(Guid Owner, string Kind, string Name), Use> _uses = [];
    private readonly Dictionary<Guid, List<Use>> _held = [];

    /// <summary>The first relabelling of something that was in use.</summary>
    public Witness? InUse { get; private set; }

    /// <summary>What is missing for the first relabelling of something that was not.</summary>
    public string? NotCleaned { get; private set; }

    public void Take(LoggedEvent logged)
    {
        switch (logged.Event)
        {
            case ResourceAttaches(var uuid, { IsChannel: false } resource):
                Attach(logged.Record, uuid, resource);
                break;
            case ResourceDetaches(var uuid, var kind, var name) when _uses.TryGetValue(KeyOf(uuid, kind, name), out var use):
                use.Users.Remove(uuid);
                break;
            case VmStops { Uuid: var uuid }:
                Release(uuid);
                break;
            case VmStarts { Vm.Uuid: var uuid }:
                Release(uuid);
                break;
        }
    }

    private void Attach(ulong record, Guid uuid, Resource resource)
    {
        var key = KeyOf(uuid, resource.Kind, resource.Name);
        if (_uses.TryGetValue(key, out var before) && before.Label != resource.Label)
        {
            var what = $"{resource.Sentence} had label {Quote.Name(before.Label ?? "none")} at record {before.Record} and {Quote.Name(resource.Label ?? "none")} at record {record}";
            if (before.Users.Count > 0)
            {
                InUse ??= new($"{what}, and was in use meanwhile", [before.Label ?? "none", resource.Label ?? "none"], [before.Record, record]);
            }
            else if (!sanitised.Any(cleaned => cleaned.Kind == resource.Kind && cleaned.Name == resource.Name && cleaned.Record > before.Record && cleaned.Record < record))
            {
                NotCleaned ??= $"{what}, and no record says that it was cleaned in between (there is no kind of record for that)";
            }
        }

        var use = new Use(resource.Label, record, before?.Users ?? []);
        use.Users.Add(uuid);
        _uses[key] = use;
        (_held.TryGetValue(uuid, out var held) ? held : _held[uuid] = []).Add(use);
    }

    private void Release(Guid uuid)
    {
        if (_held.Remove(uuid, out var held))
        {
            held.ForEach(use => use.Users.Remove(uuid));
        }
    }

    // What the host names is one thing for all; a disk, a network interface and a virtual TPM are named within their VM.
    private static (Guid Owner, string Kind, string Name) KeyOf(Guid uuid, string kind, string name) =>
        (kind is "pci" or "vlan" ? Guid.Empty : uuid, kind, name);

    private sealed record Use(string? Label, ulong Record, HashSet<Guid> Users);
}
