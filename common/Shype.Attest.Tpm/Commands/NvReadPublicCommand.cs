using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_NV_ReadPublic (TPM 2.0 Part 3, 31.6).</summary>
/// <param name="Index">The NV index.</param>
public sealed record NvReadPublicCommand(Handle Index) : ITpmCommand<NvReadPublicResponse>
{
    CommandCode ITpmCommand<NvReadPublicResponse>.Code => CommandCode.NvReadPublic;

    IReadOnlyList<Handle> ITpmCommand<NvReadPublicResponse>.HandleArea => [Index];

    bool ITpmCommand<NvReadPublicResponse>.ReturnsSized => true;

    void ITpmCommand<NvReadPublicResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    NvReadPublicResponse ITpmCommand<NvReadPublicResponse>.ReadResponse(Handle handle, ref TpmReader parameters)
    {
        var area = TpmWire.ReadSized<NvPublic>(ref parameters, WireLimits.MaxPublicBytes);
        if (area.Index != Index)
        {
            throw parameters.Refuse("nvIndex", $"is {area.Index}, {Index} was asked for");
        }

        var name = parameters.ReadName("nvName");
        return name.Equals(TpmName.Of(area)) ? new NvReadPublicResponse(area, name) : throw parameters.Refuse("nvName", "is not that of the public area");
    }
}

/// <summary>What <see cref="NvReadPublicCommand"/> returns.</summary>
/// <param name="Public">The index's public area.</param>
/// <param name="Name">The name, checked against the public area.</param>
public sealed record NvReadPublicResponse(NvPublic Public, TpmName Name);
