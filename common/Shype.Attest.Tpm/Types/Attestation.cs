using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_ATTEST (TPM 2.0 Part 2, 10.12.12): what a TPM signs. Read only; whether it is true is a matter of its signature and its magic.</summary>
/// <param name="Magic"><see cref="GeneratedValue"/> in what a TPM made; any number in what came.</param>
/// <param name="Type">What is attested.</param>
/// <param name="QualifiedSigner">The qualified name of the key.</param>
/// <param name="ExtraData">The caller's nonce.</param>
/// <param name="Clock">The TPM's clock; other keys than the platform's and the endorsement's may see it obfuscated.</param>
/// <param name="FirmwareVersion">The TPM's firmware, likewise.</param>
/// <param name="Body">The part that depends on the type.</param>
public sealed record Attestation(
    uint Magic,
    StructureTag Type,
    TpmName QualifiedSigner,
    byte[] ExtraData,
    ClockInfo Clock,
    ulong FirmwareVersion,
    AttestBody Body) : ITpmStructure<Attestation>
{
    /// <summary>TPM_GENERATED_VALUE: a restricted key signs this only in front of what the TPM itself made (Part 2, 6.2).</summary>
    public const uint GeneratedValue = 0xff54_4347;

    /// <inheritdoc/>
    public static string StructureName => "TPMS_ATTEST";

    /// <inheritdoc/>
    public static Attestation Read(ref TpmReader reader)
    {
        var magic = reader.ReadUInt32("magic");
        var type = (StructureTag)reader.ReadUInt16("type");
        if (!AttestBody.IsKnown(type))
        {
            throw reader.Refuse("type", $"0x{(ushort)type:x4} is not an attestation", sizeof(ushort));
        }

        return new Attestation(
            magic,
            type,
            QualifiedSigner: reader.ReadName("qualifiedSigner"),
            ExtraData: reader.ReadSized("extraData", WireLimits.MaxDataBytes).ToArray(),
            Clock: ClockInfo.Read(ref reader),
            FirmwareVersion: reader.ReadUInt64("firmwareVersion"),
            Body: AttestBody.Read(type, ref reader));
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteUInt32(Magic);
        writer.WriteUInt16((ushort)Type);
        writer.WriteName(QualifiedSigner);
        writer.WriteSized(ExtraData);
        Clock.Write(ref writer);
        writer.WriteUInt64(FirmwareVersion);
        Body.Write(ref writer);
    }
}
