using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_PCR_Event (TPM 2.0 Part 3, 22.3): the TPM hashes the data and extends every bank.</summary>
/// <param name="Pcr">The PCR.</param>
/// <param name="Data">At most 1,024 bytes.</param>
public sealed record PcrEventCommand(Handle Pcr, byte[] Data) : ITpmCommand<PcrEventResponse>
{
    CommandCode ITpmCommand<PcrEventResponse>.Code => CommandCode.PcrEvent;

    IReadOnlyList<Handle> ITpmCommand<PcrEventResponse>.HandleArea => [Pcr];

    int ITpmCommand<PcrEventResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<PcrEventResponse>.SendsSized => true;

    void ITpmCommand<PcrEventResponse>.WriteParameters(ref TpmWriter writer) => writer.WriteSized(Data);

    PcrEventResponse ITpmCommand<PcrEventResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(DigestValues.Read(ref parameters));
}

/// <summary>What <see cref="PcrEventCommand"/> returns.</summary>
/// <param name="Digests">What each bank was extended with.</param>
public sealed record PcrEventResponse(DigestValues Digests);
