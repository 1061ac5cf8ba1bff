using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_NV_DefineSpace (TPM 2.0 Part 3, 31.3).</summary>
/// <param name="Authority"><see cref="Handle.Owner"/> or <see cref="Handle.Platform"/>.</param>
/// <param name="Public">What the index shall be.</param>
/// <param name="Auth">Its auth value.</param>
public sealed record NvDefineSpaceCommand(Handle Authority, NvPublic Public, byte[] Auth) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.NvDefineSpace;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Authority];

    int ITpmCommand<NoResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<NoResponse>.SendsSized => true;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(Auth);
        TpmWire.WriteSized(ref writer, Public);
    }

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
