using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>TPM2_PCR_Allocate (TPM 2.0 Part 3, 22.5): chooses the banks that are active after the next TPM Reset.</summary>
/// <param name="Banks">Every bank that the TPM can have; one without PCRs is switched off.</param>
internal sealed record PcrAllocateCommand(PcrSelectionList Banks) : ITpmCommand<PcrAllocateResponse>
{
    CommandCode ITpmCommand<PcrAllocateResponse>.Code => (CommandCode)0x12b;

    IReadOnlyList<Handle> ITpmCommand<PcrAllocateResponse>.HandleArea => [Handle.Platform];

    int ITpmCommand<PcrAllocateResponse>.AuthorizedHandles => 1;

    void ITpmCommand<PcrAllocateResponse>.WriteParameters(ref TpmWriter writer) => Banks.Write(ref writer);

    PcrAllocateResponse ITpmCommand<PcrAllocateResponse>.ReadResponse(Handle handle, ref TpmReader parameters)
    {
        var succeeded = parameters.ReadYesNo("allocationSuccess");
        parameters.ReadUInt32("maxPCR");
        return new PcrAllocateResponse(succeeded, parameters.ReadUInt32("sizeNeeded"), parameters.ReadUInt32("sizeAvailable"));
    }
}

/// <summary>What <see cref="PcrAllocateCommand"/> returns.</summary>
internal sealed record PcrAllocateResponse(bool Succeeded, uint SizeNeeded, uint SizeAvailable);
