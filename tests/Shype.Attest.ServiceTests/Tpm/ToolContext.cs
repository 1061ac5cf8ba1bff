using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>
/// The context files of tpm2-tools: a magic, version 1, the members of TPMS_CONTEXT in another order, and in the blob what tpm2-tss keeps: a reserved number, the
/// TPM's blob, and a description of the object.
/// </summary>
internal static class ToolContext
{
    public static SavedContext Read(byte[] file)
    {
        var (context, _) = Split(file);
        return context;
    }

    /// <summary>The file with another context of the same object in it.</summary>
    public static byte[] Replace(byte[] file, SavedContext context)
    {
        var (_, description) = Split(file);
        var writer = new TpmWriter([]);
        writer.WriteBytes(Header);
        writer.WriteUInt32(context.Hierarchy.Value);
        writer.WriteUInt32(context.SavedHandle.Value);
        writer.WriteUInt64(context.Sequence);
        var mark = writer.BeginSized();
        writer.WriteUInt32(0);
        writer.WriteSized(context.Blob);
        writer.WriteBytes(description);
        writer.EndSized(mark);
        return writer.ToArray();
    }

    private static (SavedContext Context, byte[] Description) Split(byte[] file)
    {
        var reader = new TpmReader(file);
        reader.ReadBytes(Header.Length, "header");
        var hierarchy = new Handle(reader.ReadUInt32("hierarchy"));
        var saved = new Handle(reader.ReadUInt32("savedHandle"));
        var sequence = reader.ReadUInt64("sequence");
        var kept = reader.ReadSizedStructure("contextBlob", ushort.MaxValue);
        reader.End("context");
        kept.ReadUInt32("reserved");
        var blob = kept.ReadSized("tpmContext", WireLimits.MaxContextBytes).ToArray();
        return (new SavedContext(sequence, saved, hierarchy, blob), kept.ReadRest().ToArray());
    }

    private static ReadOnlySpan<byte> Header => [0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1];
}
