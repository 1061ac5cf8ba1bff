using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_PCR_Reset (TPM 2.0 Part 3, 22.8): only some PCRs can be; on PCs 16 and 23 by anybody.</summary>
/// <param name="Pcr">The PCR.</param>
public sealed record PcrResetCommand(Handle Pcr) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.PcrReset;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Pcr];

    int ITpmCommand<NoResponse>.AuthorizedHandles => 1;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
