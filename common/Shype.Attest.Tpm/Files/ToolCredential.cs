using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Files;

/// <summary>The file of tpm2_makecredential and tpm2_activatecredential: a magic, version 1, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET.</summary>
public static class ToolCredential
{
    /// <summary>Reads a credential.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out Credential? credential, [NotNullWhen(false)] out FileProblem? problem)
    {
        problem = TpmWire.TryParse<Layout>(file, out var layout, out var format) ? null : new FileProblem(format.ToString());
        credential = layout?.Credential;
        return problem is null;
    }

    /// <summary>Writes a credential.</summary>
    public static byte[] Write(Credential credential) => TpmWire.ToBytes(new Layout(credential));

    private sealed record Layout(Credential Credential) : ITpmStructure<Layout>
    {
        public static string StructureName => "credential file";

        public static Layout Read(ref TpmReader reader)
        {
            RequireNumber(ref reader, "magic", Magic);
            RequireNumber(ref reader, "version", Version);
            var idObject = TpmWire.ReadSized<IdObject>(ref reader, WireLimits.MaxIdObjectBytes);
            var secret = reader.ReadSized("secret", WireLimits.MaxEncryptedSecretBytes);
            var sized = new byte[sizeof(ushort) + secret.Length];
            BinaryPrimitives.WriteUInt16BigEndian(sized, (ushort)secret.Length);
            secret.CopyTo(sized.AsSpan(sizeof(ushort)));
            return new Layout(new Credential(TpmWire.ToSizedBytes(idObject), sized));
        }

        public void Write(ref TpmWriter writer)
        {
            writer.WriteUInt32(Magic);
            writer.WriteUInt32(Version);
            writer.WriteBytes(Credential.IdObject);
            writer.WriteBytes(Credential.EncryptedSecret);
        }

        private static void RequireNumber(ref TpmReader reader, string member, uint needed)
        {
            var value = reader.ReadUInt32(member);
            if (value != needed)
            {
                throw reader.Refuse(member, $"is 0x{value:x8}, not 0x{needed:x8}", sizeof(uint));
            }
        }

        private const uint Magic = 0xbadc_c0de;
        private const uint Version = 1;
    }
}
