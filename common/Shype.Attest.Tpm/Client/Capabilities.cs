using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>What a TPM can and has, asked until it says that there is no more.</summary>
public static class Capabilities
{
    /// <summary>One property; null for one that the TPM does not have.</summary>
    public static uint? Property(TpmClient client, TpmProperty property)
    {
        ArgumentNullException.ThrowIfNull(client);
        var answer = (PropertyList)client.Execute(new GetCapabilityCommand(Capability.Properties, (uint)property, 1)).Data;
        // A TPM without it tells the next one.
        return answer.Properties is [{ } first] && first.Property == property ? first.Value : null;
    }

    /// <summary>All algorithms.</summary>
    public static IReadOnlyList<AlgorithmProperty> Algorithms(TpmClient client) => All<AlgorithmList, AlgorithmProperty>(
        client, Capability.Algorithms, 0, list => list.Algorithms, last => (uint)last.Algorithm + 1, _ => true);

    /// <summary>All handles of the kind of this one: 0x81000000 for persistent objects.</summary>
    public static IReadOnlyList<Handle> Handles(TpmClient client, Handle first) => All<HandleList, Handle>(
        client, Capability.Handles, first.Value, list => list.Handles, last => last.Value + 1, handle => handle.Value >> 24 == first.Value >> 24);

    /// <summary>Whether a persistent object or NV index of this handle is there.</summary>
    public static bool Has(TpmClient client, Handle handle)
    {
        ArgumentNullException.ThrowIfNull(client);
        return ((HandleList)client.Execute(new GetCapabilityCommand(Capability.Handles, handle.Value, 1)).Data).Handles.Contains(handle);
    }

    /// <summary>The PCR banks that are active.</summary>
    public static PcrSelectionList Banks(TpmClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var allocation = (PcrAllocation)client.Execute(new GetCapabilityCommand(Capability.Pcrs, 0, 1)).Data;
        return new PcrSelectionList([.. allocation.Banks.Selections.Where(bank => bank.Mask != 0)]);
    }

    private static List<TItem> All<TList, TItem>(
        TpmClient client, Capability capability, uint first, Func<TList, IReadOnlyList<TItem>> items, Func<TItem, uint> after, Func<TItem, bool> belongs)
        where TList : CapabilityData
    {
        ArgumentNullException.ThrowIfNull(client);
        var all = new List<TItem>();
        for (var next = first; ;)
        {
            var answer = client.Execute(new GetCapabilityCommand(capability, next, WireLimits.MaxCapabilities));
            var some = items((TList)answer.Data);
            all.AddRange(some.TakeWhile(belongs));
            if (!answer.More || some.Count == 0 || !belongs(some[^1]))
            {
                return all;
            }

            // A TPM that does not get on would be asked for ever.
            next = after(some[^1]) is var following && following > next ? following : throw Stuck(capability);
        }
    }

    private static TpmResponseException Stuck(Capability capability) =>
        new(CommandCode.GetCapability, new TpmFormatProblem("moreData", TpmHeader.Size, $"says that there is more of capability {(uint)capability}, and the list does not get on"));
}
