using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPM2B_NAME as a member of other structures.</summary>
internal static class NameReading
{
    public static TpmName ReadName(this ref TpmReader reader, string member)
    {
        var inner = reader.ReadSizedStructure(member, WireLimits.MaxNameBytes);
        return TpmName.Read(ref inner);
    }

    public static void WriteName(this ref TpmWriter writer, TpmName name) => writer.WriteSized(name.Bytes.Span);
}
