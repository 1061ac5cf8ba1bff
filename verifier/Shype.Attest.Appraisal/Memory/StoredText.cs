using System.Text;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>The two verbs that a memory needs and a TPM does not have: blocks with 32-bit sizes, and text that may be absent.</summary>
internal static class StoredText
{
    public static void WriteBlock(this ref TpmWriter writer, scoped ReadOnlySpan<byte> block)
    {
        writer.WriteUInt32((uint)block.Length);
        writer.WriteBytes(block);
    }

    public static ReadOnlySpan<byte> ReadBlock(this ref TpmReader reader, string member)
    {
        var size = reader.ReadUInt32(member);
        return size <= (uint)reader.Remaining
            ? reader.ReadBytes((int)size, member)
            : throw reader.Refuse(member, $"has {size} bytes, {reader.Remaining} left", sizeof(uint));
    }

    public static void WriteText(this ref TpmWriter writer, string? text)
    {
        writer.WriteYesNo(text is not null);
        if (text is not null)
        {
            writer.WriteBlock(Encoding.UTF8.GetBytes(text));
        }
    }

    public static string? ReadText(this ref TpmReader reader, string member) =>
        reader.ReadYesNo(member) ? Encoding.UTF8.GetString(reader.ReadBlock(member)) : null;

    public static string ReadNeededText(this ref TpmReader reader, string member) =>
        reader.ReadText(member) ?? throw reader.Refuse(member, "is missing", sizeof(byte));

    public static FindingCode ToCode(this ref TpmReader reader, string member, string text) =>
        FindingCatalogue.TryFind(text, out var kind) ? kind.Code : throw reader.Refuse(member, "is not the code of a finding");
}
