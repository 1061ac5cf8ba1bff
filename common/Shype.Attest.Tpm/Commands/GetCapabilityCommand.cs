using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_GetCapability (TPM 2.0 Part 3, 30.2). A TPM may return fewer than asked for; <see cref="Capabilities"/> asks on.</summary>
/// <param name="Capability">What is asked about.</param>
/// <param name="First">The first property, handle or algorithm.</param>
/// <param name="Count">How many at most.</param>
public sealed record GetCapabilityCommand(Capability Capability, uint First, uint Count) : ITpmCommand<GetCapabilityResponse>
{
    CommandCode ITpmCommand<GetCapabilityResponse>.Code => CommandCode.GetCapability;

    void ITpmCommand<GetCapabilityResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteUInt32((uint)Capability);
        writer.WriteUInt32(First);
        writer.WriteUInt32(Count);
    }

    GetCapabilityResponse ITpmCommand<GetCapabilityResponse>.ReadResponse(Handle handle, ref TpmReader parameters)
    {
        var more = parameters.ReadYesNo("moreData");
        if (parameters.ReadUInt32("capability") is var told && told != (uint)Capability)
        {
            throw parameters.Refuse("capability", $"is {told}, {(uint)Capability} was asked for", sizeof(uint));
        }

        return new GetCapabilityResponse(more, Capability switch
        {
            Capability.Algorithms => AlgorithmList.Read(ref parameters),
            Capability.Handles => HandleList.Read(ref parameters),
            Capability.Pcrs => new PcrAllocation(PcrSelectionList.Read(ref parameters)),
            Capability.Properties => PropertyList.Read(ref parameters),
            _ => throw parameters.Refuse("capability", $"{told} is not read here", sizeof(uint)),
        });
    }
}

/// <summary>What <see cref="GetCapabilityCommand"/> returns.</summary>
/// <param name="More">Whether there are more than were returned.</param>
/// <param name="Data">What was asked for.</param>
public sealed record GetCapabilityResponse(bool More, CapabilityData Data);

/// <summary>TPM_CAP (TPM 2.0 Part 2, 6.12): those that are read here.</summary>
public enum Capability
{
    /// <summary>TPM_CAP_ALGS.</summary>
    Algorithms = 0,

    /// <summary>TPM_CAP_HANDLES.</summary>
    Handles = 1,

    /// <summary>TPM_CAP_PCRS.</summary>
    Pcrs = 5,

    /// <summary>TPM_CAP_TPM_PROPERTIES.</summary>
    Properties = 6,
}
