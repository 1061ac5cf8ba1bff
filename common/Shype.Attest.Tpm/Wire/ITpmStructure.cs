namespace Shype.Attest.Tpm.Wire;

/// <summary>A structure of TPM 2.0 Part 2 that can be read and written.</summary>
/// <typeparam name="T">The structure itself.</typeparam>
public interface ITpmStructure<T>
    where T : ITpmStructure<T>
{
    /// <summary>Its name in the specification, "TPMS_ATTEST".</summary>
    static abstract string StructureName { get; }

    /// <summary>Reads it and leaves what follows; throws <see cref="TpmFormatException"/>.</summary>
    static abstract T Read(ref TpmReader reader);

    /// <summary>Writes it.</summary>
    void Write(ref TpmWriter writer);
}
