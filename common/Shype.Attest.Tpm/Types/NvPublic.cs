using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_NV_PUBLIC (TPM 2.0 Part 2, 13.5): an NV index's public part.</summary>
/// <param name="Index">nvIndex.</param>
/// <param name="NameAlgorithm">nameAlg.</param>
/// <param name="Attributes">attributes.</param>
/// <param name="AuthPolicy">authPolicy; empty for none.</param>
/// <param name="DataSize">Bytes of its contents.</param>
public sealed record NvPublic(Handle Index, AlgorithmId NameAlgorithm, NvAttributes Attributes, byte[] AuthPolicy, ushort DataSize) : ITpmStructure<NvPublic>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMS_NV_PUBLIC";

    /// <inheritdoc/>
    public static NvPublic Read(ref TpmReader reader)
    {
        var index = new Handle(reader.ReadUInt32("nvIndex"));
        if (!index.IsNvIndex)
        {
            throw reader.Refuse("nvIndex", $"{index} is not an NV index", sizeof(uint));
        }

        var nameAlgorithm = reader.ReadNameHash("nameAlg");
        var attributes = reader.ReadUInt32("attributes");
        return (attributes & ReservedAttributes) == 0
            ? new NvPublic(
                index,
                nameAlgorithm,
                (NvAttributes)attributes,
                AuthPolicy: reader.ReadDigestOf("authPolicy", nameAlgorithm),
                DataSize: reader.ReadUInt16("dataSize"))
            : throw reader.Refuse("attributes", $"has reserved bits: 0x{attributes & ReservedAttributes:x8}", sizeof(uint));
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        Index.Write(ref writer);
        writer.WriteAlgorithm(NameAlgorithm);
        writer.WriteUInt32((uint)Attributes);
        writer.WriteSized(AuthPolicy);
        writer.WriteUInt16(DataSize);
    }

    private const uint ReservedAttributes = 0x01f0_0300;
}
