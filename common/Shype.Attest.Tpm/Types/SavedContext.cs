using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_CONTEXT (TPM 2.0 Part 2, 14.5): an object or session that TPM2_ContextSave took out of the TPM.</summary>
/// <param name="Sequence">sequence.</param>
/// <param name="SavedHandle">What kind of thing it is; for a session, its handle.</param>
/// <param name="Hierarchy">The hierarchy.</param>
/// <param name="Blob">The contents, which only this TPM can read.</param>
public sealed record SavedContext(ulong Sequence, Handle SavedHandle, Handle Hierarchy, byte[] Blob) : ITpmStructure<SavedContext>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMS_CONTEXT";

    /// <inheritdoc/>
    public static SavedContext Read(ref TpmReader reader) => new(
        Sequence: reader.ReadUInt64("sequence"),
        SavedHandle: new Handle(reader.ReadUInt32("savedHandle")),
        Hierarchy: new Handle(reader.ReadUInt32("hierarchy")),
        Blob: reader.ReadSized("contextBlob", WireLimits.MaxContextBytes).ToArray());

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteUInt64(Sequence);
        SavedHandle.Write(ref writer);
        Hierarchy.Write(ref writer);
        writer.WriteSized(Blob);
    }
}
