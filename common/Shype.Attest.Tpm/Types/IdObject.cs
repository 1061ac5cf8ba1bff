using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_ID_OBJECT, what a TPM2B_ID_OBJECT holds (TPM 2.0 Part 2, 12.4.2): a credential that only the right TPM can open.</summary>
/// <param name="Integrity">integrityHMAC.</param>
/// <param name="EncryptedIdentity">encIdentity: the encryption of a TPM2B, so its own size is not to be seen (Part 1, 24.4).</param>
public sealed record IdObject(byte[] Integrity, byte[] EncryptedIdentity) : ITpmStructure<IdObject>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMS_ID_OBJECT";

    /// <inheritdoc/>
    public static IdObject Read(ref TpmReader reader)
    {
        var integrity = reader.ReadDigest("integrityHMAC");
        return reader.Remaining <= MaxIdentityBytes
            ? new IdObject(integrity, reader.ReadRest().ToArray())
            : throw reader.Refuse("encIdentity", $"has {reader.Remaining} bytes, {MaxIdentityBytes} are allowed");
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteSized(Integrity);
        writer.WriteBytes(EncryptedIdentity);
    }

    private const int MaxIdentityBytes = sizeof(ushort) + WireLimits.MaxDigestBytes;
}
