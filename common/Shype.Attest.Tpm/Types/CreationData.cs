using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_CREATION_DATA (TPM 2.0 Part 2, 15.1): the circumstances in which an object was made.</summary>
/// <param name="Selections">pcrSelect.</param>
/// <param name="PcrDigest">Their values' digest, by the object's nameAlg.</param>
/// <param name="Locality">TPMA_LOCALITY of the command.</param>
/// <param name="ParentNameAlgorithm">The parent's nameAlg; TPM_ALG_NULL under a hierarchy.</param>
/// <param name="ParentName">The parent's name.</param>
/// <param name="ParentQualifiedName">Its qualified name.</param>
/// <param name="OutsideInfo">The caller's data.</param>
public sealed record CreationData(
    PcrSelectionList Selections,
    byte[] PcrDigest,
    byte Locality,
    AlgorithmId ParentNameAlgorithm,
    TpmName ParentName,
    TpmName ParentQualifiedName,
    byte[] OutsideInfo) : ITpmStructure<CreationData>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMS_CREATION_DATA";

    /// <inheritdoc/>
    public static CreationData Read(ref TpmReader reader) => new(
        Selections: PcrSelectionList.Read(ref reader),
        PcrDigest: reader.ReadDigest("pcrDigest"),
        Locality: reader.ReadByte("locality"),
        ParentNameAlgorithm: reader.ReadNameHash("parentNameAlg"),
        ParentName: reader.ReadName("parentName"),
        ParentQualifiedName: reader.ReadName("parentQualifiedName"),
        OutsideInfo: reader.ReadSized("outsideInfo", WireLimits.MaxDataBytes).ToArray());

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        Selections.Write(ref writer);
        writer.WriteSized(PcrDigest);
        writer.WriteByte(Locality);
        writer.WriteAlgorithm(ParentNameAlgorithm);
        writer.WriteName(ParentName);
        writer.WriteName(ParentQualifiedName);
        writer.WriteSized(OutsideInfo);
    }
}
