using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Files;

/// <summary>A public key in one of the formats of tpm2-tools: tss (TPM2B_PUBLIC), tpmt (TPMT_PUBLIC), pem and der (SubjectPublicKeyInfo).</summary>
public sealed class ToolPublicKey
{
    private ToolPublicKey(VerificationKey key, PublicArea? area)
    {
        Key = key;
        Area = area;
    }

    /// <summary>The key.</summary>
    public VerificationKey Key { get; }

    /// <summary>Its public area, where the file has one; PEM and DER do not say what the key may do.</summary>
    public PublicArea? Area { get; }

    /// <summary>Reads a key; the caller disposes of <see cref="Key"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ToolPublicKey? key, [NotNullWhen(false)] out FileProblem? problem)
    {
        key = null;
        if (file.TrimStart(" \t\r\n"u8).StartsWith("-----"u8))
        {
            return VerificationKey.TryFromPem(Encoding.Latin1.GetString(file), out var fromPem, out var pemProblem)
                ? Take(fromPem, null, out key, out problem)
                : Refuse(pemProblem.Problem, out problem);
        }

        // A SEQUENCE; as the size of a TPM2B or the type of a TPMT it would be out of bounds.
        if (file is [0x30, ..])
        {
            return VerificationKey.TryFromSpki(file, out var fromDer, out var derProblem)
                ? Take(fromDer, null, out key, out problem)
                : Refuse(derProblem.Problem, out problem);
        }

        if (!TryReadArea(file, out var area, out var format))
        {
            return Refuse(format.ToString(), out problem);
        }

        return VerificationKey.TryCreate(area, out var created, out var keyProblem)
            ? Take(created, area, out key, out problem)
            : Refuse(keyProblem.Problem, out problem);
    }

    /// <summary>Reads a TPM2B_PUBLIC or TPMT_PUBLIC of a key of any kind.</summary>
    public static bool TryReadArea(ReadOnlySpan<byte> file, [NotNullWhen(true)] out PublicArea? area, [NotNullWhen(false)] out TpmFormatProblem? problem)
    {
        var isSized = file.Length >= sizeof(ushort) && BinaryPrimitives.ReadUInt16BigEndian(file) == file.Length - sizeof(ushort);
        return isSized ? TpmWire.TryParseSized(file, out area, out problem) : TpmWire.TryParse(file, out area, out problem);
    }

    private static bool Take(VerificationKey imported, PublicArea? area, out ToolPublicKey? key, out FileProblem? problem)
    {
        key = new ToolPublicKey(imported, area);
        problem = null;
        return true;
    }

    private static bool Refuse(string text, out FileProblem? problem)
    {
        problem = new FileProblem(text);
        return false;
    }
}
