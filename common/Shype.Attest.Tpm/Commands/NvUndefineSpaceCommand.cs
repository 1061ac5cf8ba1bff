using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_NV_UndefineSpace (TPM 2.0 Part 3, 31.4): removes an index and what it holds.</summary>
/// <param name="Authority"><see cref="Handle.Owner"/> or <see cref="Handle.Platform"/>.</param>
/// <param name="Index">The NV index.</param>
public sealed record NvUndefineSpaceCommand(Handle Authority, Handle Index) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.NvUndefineSpace;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Authority, Index];

    int ITpmCommand<NoResponse>.AuthorizedHandles => 1;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
