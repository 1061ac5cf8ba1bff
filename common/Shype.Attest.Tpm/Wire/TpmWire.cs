using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Tpm.Wire;

/// <summary>
/// Where bytes become structures and back. Inside the codec a bad byte throws; here it becomes a <see cref="TpmFormatProblem"/>. Nothing may be left over.
/// </summary>
public static class TpmWire
{
    /// <summary>Reads a structure that fills these bytes.</summary>
    /// <exception cref="TpmFormatException">It does not.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> bytes)
        where T : ITpmStructure<T>
    {
        var reader = new TpmReader(bytes);
        var value = T.Read(ref reader);
        reader.End(T.StructureName);
        return value;
    }

    /// <summary>Reads a TPM2B that holds the structure and fills these bytes.</summary>
    /// <exception cref="TpmFormatException">It does not.</exception>
    public static T ParseSized<T>(ReadOnlySpan<byte> bytes)
        where T : ITpmStructure<T>
    {
        var reader = new TpmReader(bytes);
        var value = ReadSized<T>(ref reader, ushort.MaxValue);
        reader.End(T.StructureName);
        return value;
    }

    /// <summary>Reads a structure that fills these bytes, or says what is wrong.</summary>
    public static bool TryParse<T>(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out TpmFormatProblem? problem)
        where T : ITpmStructure<T> => TryParse(bytes, sized: false, out value, out problem);

    /// <summary>Reads a TPM2B that holds the structure and fills these bytes, or says what is wrong.</summary>
    public static bool TryParseSized<T>(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out TpmFormatProblem? problem)
        where T : ITpmStructure<T> => TryParse(bytes, sized: true, out value, out problem);

    /// <summary>Reads the structure inside a TPM2B and leaves what follows.</summary>
    public static T ReadSized<T>(ref TpmReader reader, int max)
        where T : ITpmStructure<T>
    {
        var inner = reader.ReadSizedStructure(T.StructureName, max);
        var value = T.Read(ref inner);
        inner.End(T.StructureName);
        return value;
    }

    /// <summary>The structure's bytes.</summary>
    public static byte[] ToBytes<T>(T value)
        where T : ITpmStructure<T>
    {
        var writer = new TpmWriter(stackalloc byte[StackBytes]);
        value.Write(ref writer);
        return writer.ToArray();
    }

    /// <summary>The structure's bytes as a TPM2B.</summary>
    public static byte[] ToSizedBytes<T>(T value)
        where T : ITpmStructure<T>
    {
        var writer = new TpmWriter(stackalloc byte[StackBytes]);
        WriteSized(ref writer, value);
        return writer.ToArray();
    }

    /// <summary>Writes the structure as a TPM2B.</summary>
    public static void WriteSized<T>(ref TpmWriter writer, T value)
        where T : ITpmStructure<T>
    {
        var mark = writer.BeginSized();
        value.Write(ref writer);
        writer.EndSized(mark);
    }

    private static bool TryParse<T>(ReadOnlySpan<byte> bytes, bool sized, out T? value, out TpmFormatProblem? problem)
        where T : ITpmStructure<T>
    {
        try
        {
            value = sized ? ParseSized<T>(bytes) : Parse<T>(bytes);
            problem = null;
            return true;
        }
        catch (TpmFormatException refused)
        {
            value = default;
            problem = refused.Problem;
            return false;
        }
    }

    private const int StackBytes = 512;
}
