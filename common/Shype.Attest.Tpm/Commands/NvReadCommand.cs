using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_NV_Read (TPM 2.0 Part 3, 31.13). <see cref="NvCertificate"/> reads a whole index.</summary>
/// <param name="Authority">Who may read: the index itself or a hierarchy.</param>
/// <param name="Index">The NV index.</param>
/// <param name="Size">How many bytes; at most TPM_PT_NV_BUFFER_MAX.</param>
/// <param name="Offset">From where.</param>
public sealed record NvReadCommand(Handle Authority, Handle Index, ushort Size, ushort Offset) : ITpmCommand<NvReadResponse>
{
    CommandCode ITpmCommand<NvReadResponse>.Code => CommandCode.NvRead;

    IReadOnlyList<Handle> ITpmCommand<NvReadResponse>.HandleArea => [Authority, Index];

    int ITpmCommand<NvReadResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<NvReadResponse>.ReturnsSized => true;

    void ITpmCommand<NvReadResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteUInt16(Size);
        writer.WriteUInt16(Offset);
    }

    NvReadResponse ITpmCommand<NvReadResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadSized("data", Size).ToArray());
}

/// <summary>What <see cref="NvReadCommand"/> returns.</summary>
/// <param name="Data">What the index holds there.</param>
public sealed record NvReadResponse(byte[] Data);
