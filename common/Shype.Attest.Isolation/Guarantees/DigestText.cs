using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>A digest as records show it.</summary>
internal static class DigestText
{
    public static string Of(AcmPolicy policy) => $"sha256:{Convert.ToHexStringLower(policy.CanonicalDigest.AsSpan())}";
}
