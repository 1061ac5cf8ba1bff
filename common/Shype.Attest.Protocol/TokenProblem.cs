using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>Why a result token was refused.</summary>
public enum TokenProblemCode
{
    /// <summary>Not a compact JWS with a result in it.</summary>
    [JsonStringEnumMemberName("token-malformed")]
    Malformed,

    /// <summary>Signed with another algorithm than ES256, or with none.</summary>
    [JsonStringEnumMemberName("token-algorithm-refused")]
    AlgorithmRefused,

    /// <summary>The header brings its own key or an extension that must be understood.</summary>
    [JsonStringEnumMemberName("token-header-refused")]
    HeaderRefused,

    /// <summary>No trusted key has this id.</summary>
    [JsonStringEnumMemberName("token-key-unknown")]
    KeyUnknown,

    /// <summary>The signature does not verify.</summary>
    [JsonStringEnumMemberName("token-signature-invalid")]
    SignatureInvalid,

    /// <summary>Another profile than the ones that we know.</summary>
    [JsonStringEnumMemberName("token-profile-unknown")]
    ProfileUnknown,

    /// <summary>A part's status is better than its claims.</summary>
    [JsonStringEnumMemberName("token-status-inconsistent")]
    StatusInconsistent,

    /// <summary>It never expires.</summary>
    [JsonStringEnumMemberName("token-expiry-missing")]
    ExpiryMissing,

    /// <summary>It has expired.</summary>
    [JsonStringEnumMemberName("token-expired")]
    Expired,

    /// <summary>It was made in the future.</summary>
    [JsonStringEnumMemberName("token-not-yet-valid")]
    NotYetValid,

    /// <summary>It is for somebody else.</summary>
    [JsonStringEnumMemberName("token-audience-mismatch")]
    AudienceMismatch,

    /// <summary>It answers another nonce.</summary>
    [JsonStringEnumMemberName("token-nonce-mismatch")]
    NonceMismatch,
}

/// <summary>Why a result token was refused.</summary>
/// <param name="Code">The reason.</param>
/// <param name="Detail">The reason in words.</param>
public sealed record TokenProblem(TokenProblemCode Code, string Detail);

/// <summary>What the asker demands of a token.</summary>
public sealed record TokenExpectation
{
    /// <summary>The time now.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The nonce that was sent; null only where none was.</summary>
    public required byte[]? Nonce { get; init; }

    /// <summary>Who the asker is; a token for somebody else is refused, and a token with an audience when this is null.</summary>
    public string? Audience { get; init; }

    /// <summary>How far the verifier's clock may be ahead of ours.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Takes tokens without <c>exp</c>, as some verifiers make them: they stay good for ever.</summary>
    public bool UnsafeAcceptNoExpiry { get; init; }
}
