using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_NV_Write (TPM 2.0 Part 3, 31.7).</summary>
/// <param name="Authority">Who may write: the index itself or a hierarchy.</param>
/// <param name="Index">The NV index.</param>
/// <param name="Data">At most TPM_PT_NV_BUFFER_MAX bytes.</param>
/// <param name="Offset">Where to.</param>
public sealed record NvWriteCommand(Handle Authority, Handle Index, byte[] Data, ushort Offset) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.NvWrite;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Authority, Index];

    int ITpmCommand<NoResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<NoResponse>.SendsSized => true;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(Data);
        writer.WriteUInt16(Offset);
    }

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
