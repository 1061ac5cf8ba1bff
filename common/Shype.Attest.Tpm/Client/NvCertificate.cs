using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>What the TPM's maker stored in NV indices: certificates of endorsement keys.</summary>
public static class NvCertificate
{
    /// <summary>All bytes of an index, in as many reads as the TPM needs; null where there is no such index or nothing was ever written to it.</summary>
    /// <remarks>Padding and headers are left as they are: what is a certificate in them, is for its reader to find.</remarks>
    public static byte[]? Read(TpmClient client, Handle index)
    {
        if (!Capabilities.Has(client, index))
        {
            return null;
        }

        var area = client.Execute(new NvReadPublicCommand(index)).Public;
        if (!area.Attributes.HasFlag(NvAttributes.Written))
        {
            return null;
        }

        var piece = (int)Math.Clamp(Capabilities.Property(client, TpmProperty.NvBufferMax) ?? SmallestPiece, SmallestPiece, WireLimits.MaxNvBufferBytes);
        // The index itself needs its own auth value, which is empty for these; the owner may be locked by a password.
        var reader = area.Attributes.HasFlag(NvAttributes.AuthRead) ? index : Handle.Owner;
        var contents = new byte[area.DataSize];
        for (var at = 0; at < contents.Length; at += piece)
        {
            var size = Math.Min(piece, contents.Length - at);
            var data = client.Execute(new NvReadCommand(reader, index, (ushort)size, (ushort)at)).Data;
            if (data.Length != size)
            {
                throw new TpmResponseException(CommandCode.NvRead, new TpmFormatProblem("data", TpmHeader.Size, $"has {data.Length} bytes, {size} were asked for"));
            }

            data.CopyTo(contents, at);
        }

        return contents;
    }

    // Every TPM can do this much at once; some of the first real ones no more than 512 (Part 2, 6.13).
    private const uint SmallestPiece = 64;
}
