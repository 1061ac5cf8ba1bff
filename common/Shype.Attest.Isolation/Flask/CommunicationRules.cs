using System.Collections.Frozen;

namespace Shype.Attest.Isolation.Flask;

/// <summary>Which way a permission lets information go between its source and its target.</summary>
[Flags]
public enum FlowDirection
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>From the source to the target.</summary>
    Write = 1,

    /// <summary>From the target to the source.</summary>
    Read = 2,

    /// <summary>Both ways.</summary>
    Both = Write | Read,
}

/// <summary>The permissions of Xen by which one domain reaches another or a device, and which way; every other permission moves nothing between domains.</summary>
public static class CommunicationRules
{
    private static readonly FrozenDictionary<(string Class, string Permission), FlowDirection> Table = new Dictionary<(string, string), FlowDirection>
    {
        [("grant", "map_read")] = FlowDirection.Read,
        [("grant", "map_write")] = FlowDirection.Write,
        [("grant", "copy")] = FlowDirection.Both,
        [("grant", "transfer")] = FlowDirection.Write,
        [("event", "bind")] = FlowDirection.Both,
        [("event", "create")] = FlowDirection.Write,
        [("event", "send")] = FlowDirection.Write,
        [("mmu", "map_read")] = FlowDirection.Read,
        [("mmu", "map_write")] = FlowDirection.Write,
        [("mmu", "remote_remap")] = FlowDirection.Write,
        [("mmu", "target_hack")] = FlowDirection.Both,
        [("mmu", "physmap")] = FlowDirection.Write,
        [("hvm", "dm")] = FlowDirection.Both,
        [("hvm", "sethvmc")] = FlowDirection.Write,
        [("hvm", "gethvmc")] = FlowDirection.Read,
        [("hvm", "share_mem")] = FlowDirection.Both,
        [("hvm", "mem_sharing")] = FlowDirection.Both,
        [("hvm", "altp2mhvm_op")] = FlowDirection.Both,
        [("domain2", "resource_map")] = FlowDirection.Both,
        [("domain2", "mem_access")] = FlowDirection.Both,
        [("domain2", "mem_paging")] = FlowDirection.Both,
        [("domain2", "mem_sharing")] = FlowDirection.Both,
        [("domain2", "vm_event")] = FlowDirection.Both,
        [("resource", "use")] = FlowDirection.Both,
        [("resource", "use_iommu")] = FlowDirection.Both,
        [("resource", "use_iommu_nointremap")] = FlowDirection.Both,
        [("resource", "use_noiommu")] = FlowDirection.Both,
        [("argo", "send")] = FlowDirection.Write,
        [("argo", "register_single_source")] = FlowDirection.Read,
        [("argo", "register_any_source")] = FlowDirection.Read,
    }.ToFrozenDictionary();

    /// <summary>Every permission that moves information, with its class and direction.</summary>
    public static IEnumerable<(string Class, string Permission, FlowDirection Direction)> All =>
        Table.Select(entry => (entry.Key.Class, entry.Key.Permission, entry.Value)).Order();

    /// <summary>Which way a permission lets information go.</summary>
    public static FlowDirection Of(string @class, string permission) => Table.GetValueOrDefault((@class, permission));
}
