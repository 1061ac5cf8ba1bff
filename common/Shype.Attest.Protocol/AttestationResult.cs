using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>
/// What a relying party gets: an EAT Attestation Result in the deployed profile of Veraison (<c>tag:github.com,2023:veraison/ear</c>). Private
/// claims have names under <c>tag:shype.dev,2026:</c> and are described in <c>docs/results.md</c>.
/// </summary>
public sealed record AttestationResult
{
    /// <summary>The profile that we write.</summary>
    public const string VeraisonProfile = "tag:github.com,2023:veraison/ear";

    /// <summary>The profile of draft-ietf-rats-ear, which we write when it is asked for: other names for the same claims.</summary>
    public const string IetfProfile = "tag:ietf.org,2026:rats/ear#03";

    /// <summary>A profile of the same claims that we also read.</summary>
    public const string TrusteeProfile = "tag:github.com,2024:confidential-containers/Trustee";

    /// <summary>The profile of this result.</summary>
    [JsonPropertyName("eat_profile")]
    public required string Profile { get; init; }

    /// <summary>When it was made, in Unix seconds.</summary>
    [JsonPropertyName("iat")]
    public required long IssuedAt { get; init; }

    /// <summary>From this Unix second on it means nothing any more.</summary>
    [JsonPropertyName("exp")]
    public long? Expires { get; init; }

    /// <summary>Who made it.</summary>
    [JsonPropertyName("iss")]
    public string? Issuer { get; init; }

    /// <summary>Whom it is for, when the asker said.</summary>
    [JsonPropertyName("aud")]
    public string? Audience { get; init; }

    /// <summary>The program that appraised.</summary>
    [JsonPropertyName("ear.verifier-id")]
    public required VerifierId Verifier { get; init; }

    /// <summary>The asker's nonce in base64url.</summary>
    [JsonPropertyName("eat_nonce")]
    public string? Nonce { get; init; }

    /// <summary>One appraisal per part: <c>host</c>, and <c>vm/&lt;uuid&gt;</c> for each VM.</summary>
    [JsonPropertyName("submods")]
    public required IReadOnlyDictionary<string, Submod> Submods { get; init; }

    /// <summary>Digests of everything that the verdict was made from.</summary>
    [JsonPropertyName("tag:shype.dev,2026:inputs")]
    public ResultInputs? Inputs { get; init; }

    /// <summary>The claims as JSON, as they are signed.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, EarJson.Default.AttestationResult);

    /// <summary>The worst tier of all parts.</summary>
    [JsonIgnore]
    public TrustTier Status => Submods.Count == 0 ? TrustTier.None : Submods.Values.Max(submod => submod.Status);
}

/// <summary>The verifier program (<c>ear.verifier-id</c>).</summary>
public sealed record VerifierId
{
    /// <summary>Who made the program.</summary>
    [JsonPropertyName("developer")]
    public required string Developer { get; init; }

    /// <summary>Which build of it.</summary>
    [JsonPropertyName("build")]
    public required string Build { get; init; }
}

/// <summary>Digests (SHA-256, hex) of what a verdict was made from: with the archive they reproduce it.</summary>
public sealed record ResultInputs
{
    /// <summary>The evidence as it came.</summary>
    [JsonPropertyName("evidence")]
    public string? Evidence { get; init; }

    /// <summary>The reference values.</summary>
    [JsonPropertyName("references")]
    public string? References { get; init; }

    /// <summary>The appraisal policy's document; null where the rules are those that are built in.</summary>
    [JsonPropertyName("appraisal-policy")]
    public string? AppraisalPolicy { get; init; }

    /// <summary>The isolation policy's canonical digest.</summary>
    [JsonPropertyName("policy")]
    public string? Policy { get; init; }

    /// <summary>The nonce that the TPM answered, base64url.</summary>
    [JsonPropertyName("challenge")]
    public string? Challenge { get; init; }
}
