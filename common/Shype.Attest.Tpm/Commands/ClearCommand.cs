using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_Clear (TPM 2.0 Part 3, 24.6): a new owner. All keys and indices of the owner are gone, and the clock and its counters begin anew.</summary>
/// <param name="Authority"><see cref="Handle.Lockout"/> or <see cref="Handle.Platform"/>.</param>
public sealed record ClearCommand(Handle Authority) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.Clear;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Authority];

    int ITpmCommand<NoResponse>.AuthorizedHandles => 1;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
