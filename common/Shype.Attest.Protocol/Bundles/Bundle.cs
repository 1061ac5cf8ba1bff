using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Protocol.Bundles;

/// <summary>
/// A verdict with everything that it was made from, in one file (docs/bundle.md): enough to make it again without a server. Deterministic CBOR; its digest
/// finds damage, and says nothing about who made it.
/// </summary>
public sealed record Bundle
{
    /// <summary>What the appraisal depended on.</summary>
    public required BundleContext Context { get; init; }

    /// <summary>The evidence as it came.</summary>
    public required ReadOnlyMemory<byte> Evidence { get; init; }

    /// <summary>The host's records from number 0 up to those that the evidence brings, a CBOR sequence.</summary>
    public ReadOnlyMemory<byte> Log { get; init; } = ReadOnlyMemory<byte>.Empty;

    /// <summary>The firmware log that was known before; the evidence may bring it itself.</summary>
    public ReadOnlyMemory<byte>? FirmwareLog { get; init; }

    /// <summary>The kernel's list of files up to where the evidence goes on with it; null where the evidence brings it from its beginning, or not at all.</summary>
    public ReadOnlyMemory<byte>? ImaLog { get; init; }

    /// <summary>The isolation policies that the log names, as the verifier had them.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Policies { get; init; } = [];

    /// <summary>The operators' reference document, JSON.</summary>
    public required ReadOnlyMemory<byte> References { get; init; }

    /// <summary>The signed bundles of reference values that the verifier held, also those that did not count at the time.</summary>
    public IReadOnlyList<SignedReferences> SignedReferences { get; init; } = [];

    /// <summary>The appraisal policy, YAML; null where the built-in rules were in force.</summary>
    public ReadOnlyMemory<byte>? AppraisalPolicy { get; init; }

    /// <summary>The endorsement key's certificates as the host sent them at enrolment.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> EkCertificates { get; init; } = [];

    /// <summary>The signed result, a JWT.</summary>
    public required string Result { get; init; }

    /// <summary>The keys that the verifier published, a JSON Web Key Set.</summary>
    public required ReadOnlyMemory<byte> Keys { get; init; }

    /// <summary>The bundle as a file.</summary>
    public byte[] Encode() => BundleCodec.Write(this);

    /// <summary>Reads a bundle, strictly; its parts are slices of <paramref name="bytes"/>.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Bundle? bundle, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        try
        {
            (bundle, problem) = (BundleCodec.Read(bytes), null);
            return true;
        }
        catch (ProtocolFormatException refused)
        {
            (bundle, problem) = (null, refused.Problem);
            return false;
        }
    }
}
