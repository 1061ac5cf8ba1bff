using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMT_TK_CREATION and its siblings (TPM 2.0 Part 2, 10.7): the TPM's note to itself that it did something.</summary>
/// <param name="Tag">What it did.</param>
/// <param name="Hierarchy">In which hierarchy.</param>
/// <param name="Digest">The HMAC by a secret of that hierarchy.</param>
public sealed record Ticket(StructureTag Tag, Handle Hierarchy, byte[] Digest) : ITpmStructure<Ticket>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMT_TK";

    /// <inheritdoc/>
    public static Ticket Read(ref TpmReader reader)
    {
        var tag = (StructureTag)reader.ReadUInt16("tag");
        return tag is >= StructureTag.Creation and <= StructureTag.AuthSigned
            ? new Ticket(tag, new Handle(reader.ReadUInt32("hierarchy")), reader.ReadDigest("digest"))
            : throw reader.Refuse("tag", $"0x{(ushort)tag:x4} is not a ticket", sizeof(ushort));
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteUInt16((ushort)Tag);
        Hierarchy.Write(ref writer);
        writer.WriteSized(Digest);
    }
}
