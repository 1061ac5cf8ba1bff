using System.Security.Cryptography;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// The policy files that were measured, kept by digest: the gate decides by the policy that is in the log, and the evidence carries it, whatever has
/// become of the file since.
/// </summary>
internal static class KeptPolicies
{
    /// <summary>Keeps a policy file.</summary>
    public static void Keep(StateFolder state, MeasuredDigest digest, ReadOnlySpan<byte> bytes)
    {
        if (Find(state, digest) is null)
        {
            state.Write(NameOf(digest), bytes);
        }
    }

    /// <summary>The bytes of a measured policy; null where they are not here, or no longer what was measured.</summary>
    public static byte[]? Find(StateFolder state, MeasuredDigest? digest) =>
        digest is { Kind: MeasuredDigest.Sha256 } measured
        && state.Read(NameOf(measured), AcmLimits.MaxFileBytes) is { } bytes
        && SHA256.HashData(bytes).AsSpan().SequenceEqual(measured.Value)
            ? bytes
            : null;

    private static string NameOf(MeasuredDigest digest) => $"policy-{Convert.ToHexStringLower(digest.Value)}";
}
