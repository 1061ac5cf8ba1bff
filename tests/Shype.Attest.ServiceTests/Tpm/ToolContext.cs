using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>The context files of tpm2-tools: a magic, version 1, then the members of TPMS_CONTEXT in another order.</summary>
internal static class ToolContext
{
    public static SavedContext Read(byte[] file)
    {
        var reader = new TpmReader(file);
        reader.ReadBytes(Header.Length, "header");
        var hierarchy = new Handle(reader.ReadUInt32("hierarchy"));
        var saved = new Handle(reader.ReadUInt32("savedHandle"));
        var sequence = reader.ReadUInt64("sequence");
        var blob = reader.ReadSized("contextBlob", WireLimits.MaxContextBytes).ToArray();
        reader.End("context");
        return new SavedContext(sequence, saved, hierarchy, blob);
    }

    public static byte[] Write(SavedContext context)
    {
        var writer = new TpmWriter([]);
        writer.WriteBytes(Header);
        writer.WriteUInt32(context.Hierarchy.Value);
        writer.WriteUInt32(context.SavedHandle.Value);
        writer.WriteUInt64(context.Sequence);
        writer.WriteSized(context.Blob);
        return writer.ToArray();
    }

    private static ReadOnlySpan<byte> Header => [0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1];
}
