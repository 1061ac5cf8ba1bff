using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>Members that several responses have.</summary>
internal static class ResponseReading
{
    /// <summary>A TPM2B_NAME that must be the name of this public area.</summary>
    public static TpmName ReadNameOf(this ref TpmReader reader, PublicArea area)
    {
        var name = reader.ReadName("name");
        return name.Equals(TpmName.Of(area)) ? name : throw reader.Refuse("name", "is not that of the public area", name.Bytes.Length);
    }

    /// <summary>A TPM2B_ATTEST's contents, as they were signed.</summary>
    public static byte[] ReadAttest(this ref TpmReader reader) => reader.ReadSized("attest", WireLimits.MaxAttestBytes).ToArray();

    /// <summary>A TPMT_SIGNATURE's bytes, which must be one.</summary>
    public static byte[] ReadSignature(this ref TpmReader reader)
    {
        var ahead = reader;
        Signature.Read(ref ahead);
        return reader.ReadBytes(ahead.Offset - reader.Offset, "signature").ToArray();
    }

    /// <summary>A TPM2B with its size.</summary>
    public static byte[] ReadWholeSized(this ref TpmReader reader, string member, int max)
    {
        var ahead = reader;
        var size = ahead.ReadSized(member, max).Length;
        return reader.ReadBytes(sizeof(ushort) + size, member).ToArray();
    }
}
