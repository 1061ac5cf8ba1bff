using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_EvictControl (TPM 2.0 Part 3, 28.5): makes a transient object persistent, or removes a persistent one when that is given as the object.</summary>
/// <param name="Authority"><see cref="Handle.Owner"/> or <see cref="Handle.Platform"/>.</param>
/// <param name="Subject">The transient object, or the persistent one to remove.</param>
/// <param name="Persistent">The persistent handle.</param>
public sealed record EvictControlCommand(Handle Authority, Handle Subject, Handle Persistent) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.EvictControl;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Authority, Subject];

    int ITpmCommand<NoResponse>.AuthorizedHandles => 1;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer) => writer.WriteUInt32(Persistent.Value);

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
