using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_PCR_Extend (TPM 2.0 Part 3, 22.2): PCR := H(PCR ‖ digest), in each bank that a digest is given for.</summary>
/// <param name="Pcr">The PCR.</param>
/// <param name="Digests">One digest for each bank.</param>
public sealed record PcrExtendCommand(Handle Pcr, DigestValues Digests) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.PcrExtend;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Pcr];

    int ITpmCommand<NoResponse>.AuthorizedHandles => 1;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer) => Digests.Write(ref writer);

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
