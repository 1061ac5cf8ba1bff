using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>The four tiers of AR4SI; a status is never better than the worst claim it covers.</summary>
public enum TrustTier
{
    /// <summary>Nothing is asserted.</summary>
    [JsonStringEnumMemberName("none")]
    None = 0,

    /// <summary>Nothing speaks against trust.</summary>
    [JsonStringEnumMemberName("affirming")]
    Affirming = 2,

    /// <summary>Something needs the relying party's own decision.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning = 32,

    /// <summary>Do not trust.</summary>
    [JsonStringEnumMemberName("contraindicated")]
    Contraindicated = 96,
}

/// <summary>From values to tiers.</summary>
public static class TrustTiers
{
    /// <summary>The tier of a claim's value (draft-ietf-rats-ar4si 2.3.2).</summary>
    public static TrustTier TierOf(sbyte value) => value switch
    {
        >= -1 and <= 1 => TrustTier.None,
        >= -32 and <= 31 => TrustTier.Affirming,
        >= -96 and <= 95 => TrustTier.Warning,
        _ => TrustTier.Contraindicated,
    };
}
