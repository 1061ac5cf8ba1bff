using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Protocol.Bundles;

/// <summary>What an appraisal depended on besides evidence, logs and documents: kept with every verdict, and an entry of its bundle.</summary>
public sealed record BundleContext
{
    /// <summary>The host's id.</summary>
    public required string HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The group that the host was in.</summary>
    public required string Group { get; init; }

    /// <summary>The time of the appraisal, in whole milliseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What the verifier said about the challenge's nonce; only it had the key to say so.</summary>
    public required ChallengeNonceProblem NonceProblem { get; init; }

    /// <summary>How many records of the host's log the verifier had before this evidence.</summary>
    public required ulong KnownRecords { get; init; }

    /// <summary>How many bytes of the kernel's list of files (IMA) the verifier had before this evidence, judged by the same rules.</summary>
    public ulong KnownImaBytes { get; init; }

    /// <summary>Whether the host had shown such a list in this boot before.</summary>
    public bool WasImaShown { get; init; }

    /// <summary>The version of the appraisal policy; 0 where the built-in rules were in force.</summary>
    public required long AppraisalPolicyVersion { get; init; }

    /// <summary>The version of the operators' reference values.</summary>
    public required long ReferencesVersion { get; init; }

    /// <summary>SHA-256 of the list of signed bundles that were held (<see cref="SignedReferences.List"/>); empty where there was none.</summary>
    public ReadOnlyMemory<byte> SignedReferencesDigest { get; init; } = ReadOnlyMemory<byte>.Empty;

    /// <summary>The attestation key, TPM2B_PUBLIC.</summary>
    public required ReadOnlyMemory<byte> AkPublic { get; init; }

    /// <summary>What enrolment found, JSON.</summary>
    public required ReadOnlyMemory<byte> EnrolmentFindings { get; init; }

    /// <summary>The last quote that was accepted before, and a failure that stuck; null for a host's first evidence.</summary>
    public ReadOnlyMemory<byte>? Before { get; init; }

    /// <summary>The context in CBOR.</summary>
    public byte[] Encode() => BundleCodec.Write(this);

    /// <summary>Reads what <see cref="Encode"/> wrote, or says what is wrong with it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out BundleContext? context, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        try
        {
            (context, problem) = (BundleCodec.ReadContext(bytes), null);
            return true;
        }
        catch (ProtocolFormatException refused)
        {
            (context, problem) = (null, refused.Problem);
            return false;
        }
    }
}
