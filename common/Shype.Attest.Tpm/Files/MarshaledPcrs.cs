using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Files;

/// <summary>The <c>marshaled</c> format of tpm2-tools 5.8: TPML_PCR_SELECTION, a UINT32 count, and so many TPML_DIGEST.</summary>
internal sealed record MarshaledPcrs(PcrSelectionList Selections, List<byte[]> Digests) : ITpmStructure<MarshaledPcrs>
{
    public static string StructureName => "PCR file";

    public static MarshaledPcrs Read(ref TpmReader reader)
    {
        var selections = PcrSelectionList.Read(ref reader);
        var lists = reader.ReadCount("lists", SerializedPcrs.MaxLists, sizeof(uint));
        var digests = new List<byte[]>();
        for (var i = 0; i < lists; i++)
        {
            digests.AddRange(DigestList.Read(ref reader).Digests);
        }

        return new MarshaledPcrs(selections, digests);
    }

    public void Write(ref TpmWriter writer)
    {
        Selections.Write(ref writer);
        writer.WriteUInt32((uint)Digests.Chunk(WireLimits.MaxDigestList).Count());
        foreach (var list in Digests.Chunk(WireLimits.MaxDigestList))
        {
            new DigestList(list).Write(ref writer);
        }
    }
}
