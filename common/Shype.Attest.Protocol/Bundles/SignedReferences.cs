using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using System.Security.Cryptography;
using Shype.Attest.Protocol.Cbor;

namespace Shype.Attest.Protocol.Bundles;

/// <summary>A signed bundle of reference values that the verifier held at the time of a verdict, whether it counted or not.</summary>
/// <param name="Signer">The signer's name at the verifier.</param>
/// <param name="Key">The signer's key, SubjectPublicKeyInfo.</param>
/// <param name="Revoked">Why it did not count any more, whatever its validity; empty where nobody took it back.</param>
/// <param name="Source">The bundle as it was signed, COSE_Sign1.</param>
public sealed record SignedReferences(string Signer, ReadOnlyMemory<byte> Key, string Revoked, ReadOnlyMemory<byte> Source)
{
    /// <summary>
    /// All that was held, each with the SHA-256 of its source instead of the source: small enough to be kept for each state, while a source that many states
    /// share is kept once.
    /// </summary>
    public static byte[] List(IReadOnlyList<SignedReferences> held)
    {
        ArgumentNullException.ThrowIfNull(held);
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(held.Count);
        foreach (var bundle in held)
        {
            Write(writer, bundle, SHA256.HashData(bundle.Source.Span));
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads what <see cref="List"/> wrote: each <see cref="Source"/> is the SHA-256 of one.</summary>
    public static bool TryReadList(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out IReadOnlyList<SignedReferences>? held, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        try
        {
            var reader = new StrictCborReader(bytes.Span);
            held = ReadAll(ref reader, bytes, SHA256.HashSizeInBytes);
            reader.End("list");
            problem = null;
            return true;
        }
        catch (ProtocolFormatException refused)
        {
            (held, problem) = (null, refused.Problem);
            return false;
        }
    }

    internal static void Write(CborWriter writer, SignedReferences bundle, ReadOnlySpan<byte> source)
    {
        writer.WriteStartArray(4);
        writer.WriteTextString(bundle.Signer);
        writer.WriteByteString(bundle.Key.Span);
        writer.WriteTextString(bundle.Revoked);
        writer.WriteByteString(source);
        writer.WriteEndArray();
    }

    internal static SignedReferences[] ReadAll(ref StrictCborReader reader, ReadOnlyMemory<byte> bytes, int maxSourceBytes)
    {
        var held = new SignedReferences[reader.ReadArrayHeader("references", ProtocolLimits.MaxBundleReferences, nameof(ProtocolLimits.MaxBundleReferences))];
        for (var i = 0; i < held.Length; i++)
        {
            reader.ReadArrayOf(4, "references");
            held[i] = new(
                reader.ReadText("signer", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes)),
                bytes[reader.ReadBytesRange("key", ProtocolLimits.MaxPublicBytes, nameof(ProtocolLimits.MaxPublicBytes))],
                reader.ReadText("revoked", ProtocolLimits.MaxBundleTextBytes, nameof(ProtocolLimits.MaxBundleTextBytes)),
                bytes[reader.ReadBytesRange("source", maxSourceBytes, nameof(ProtocolLimits.MaxEvidenceBytes))]);
        }

        return held;
    }
}
