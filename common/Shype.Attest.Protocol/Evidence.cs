using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Shype.Attest.Protocol;

/// <summary>
/// What a host shows: a quote and the logs that explain it, as received. Raw bytes stay raw, so that a signature is checked over what came.
/// On the wire a CMW collection (<c>application/cmw+cbor</c>).
/// </summary>
public sealed record Evidence
{
    /// <summary>Who made it; what is not there is judged by it.</summary>
    public EvidenceOrigin Origin { get; init; }

    /// <summary>The challenge's nonce, given back; it says which challenge is answered and proves nothing by itself.</summary>
    public required ReadOnlyMemory<byte> ChallengeNonce { get; init; }

    /// <summary>The TPMS_ATTEST that was signed.</summary>
    public required ReadOnlyMemory<byte> QuoteAttest { get; init; }

    /// <summary>The TPMT_SIGNATURE over it.</summary>
    public required ReadOnlyMemory<byte> QuoteSignature { get; init; }

    /// <summary>The TPM name of the attestation key that the host says it used.</summary>
    public required ReadOnlyMemory<byte> AkName { get; init; }

    /// <summary>What is new in our measurement log.</summary>
    public LogSuffix Log { get; init; } = LogSuffix.Empty;

    /// <summary>The firmware's event log; absent when the challenge says that the verifier has it.</summary>
    public ReadOnlyMemory<byte>? FirmwareLog { get; init; }

    /// <summary>What is new in the kernel's IMA list, read after the quote was made; absent where the agent is not set up to send it. PCR 10 covers it.</summary>
    public ImaSuffix? ImaLog { get; init; }

    /// <summary>The isolation policy file; absent when the challenge says that the verifier has it.</summary>
    public ReadOnlyMemory<byte>? Policy { get; init; }

    /// <summary>PCR values beside the quote; believed only where they hash to the quoted digest, used only to say which PCR differs.</summary>
    public IReadOnlyList<PcrValue> PcrValues { get; init; } = [];

    /// <summary>The evidence in CBOR.</summary>
    public byte[] Encode() => EvidenceCodec.ToCmw(this).Encode();

    /// <summary>Reads evidence: strict and bounded; the parts are slices of <paramref name="bytes"/>, which must stay as they are.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Evidence? evidence, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        evidence = null;
        return Cmw.TryDecode(bytes, out var cmw, out problem) && TryRead(cmw, out evidence, out problem);
    }

    /// <summary>Reads evidence from its collection, in whichever form that came.</summary>
    public static bool TryRead(Cmw cmw, [NotNullWhen(true)] out Evidence? evidence, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(cmw);
        (evidence, problem) = (null, null);
        try
        {
            evidence = EvidenceCodec.FromCmw(cmw);
            return true;
        }
        catch (ProtocolFormatException refused)
        {
            problem = refused.Problem;
            return false;
        }
    }

    /// <summary>SHA-256 of evidence as it came: how results and archives name it.</summary>
    public static byte[] Digest(ReadOnlySpan<byte> encoded) => SHA256.HashData(encoded);
}

/// <summary>Who made evidence.</summary>
public enum EvidenceOrigin
{
    /// <summary>Our agent, with its log; the qualifying data is <see cref="EvidenceBinding"/>'s.</summary>
    Agent,

    /// <summary>Stock tpm2-tools: there is no log of ours, and the qualifying data is the nonce itself.</summary>
    Tools,
}

/// <summary>A suffix of our measurement log.</summary>
/// <param name="FirstRecord">Number of the first record in it, or of the next one when it is empty.</param>
/// <param name="Records">A CBOR sequence of CEL records.</param>
public sealed record LogSuffix(ulong FirstRecord, ReadOnlyMemory<byte> Records)
{
    /// <summary>From the start, and nothing in it.</summary>
    public static LogSuffix Empty { get; } = new(0, ReadOnlyMemory<byte>.Empty);
}

/// <summary>A suffix of the kernel's binary IMA list.</summary>
/// <param name="Offset">The byte of the list that it begins at.</param>
/// <param name="Entries">The entries, to the end of the list: also those that came after the quote.</param>
public sealed record ImaSuffix(ulong Offset, ReadOnlyMemory<byte> Entries);

/// <summary>One PCR's value as the host shows it.</summary>
/// <param name="Bank">The bank's algorithm as text, "sha256".</param>
/// <param name="Pcr">The PCR's index.</param>
/// <param name="Value">The value.</param>
public sealed record PcrValue(string Bank, int Pcr, ReadOnlyMemory<byte> Value);
