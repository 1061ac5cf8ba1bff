using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>The appraisal of one part: the host, or one VM.</summary>
public sealed record Submod
{
    /// <summary>The tier; never better than the vector's worst claim.</summary>
    [JsonPropertyName("ear.status")]
    public required TrustTier Status { get; init; }

    /// <summary>The claims.</summary>
    [JsonPropertyName("ear.trustworthiness-vector")]
    public TrustVector? TrustVector { get; init; }

    /// <summary>The appraisal policy's id.</summary>
    [JsonPropertyName("ear.appraisal-policy-id")]
    public string? PolicyId { get; init; }

    /// <summary>Everything that was found, the most important first.</summary>
    [JsonPropertyName("tag:shype.dev,2026:findings")]
    public IReadOnlyList<ResultFinding>? Findings { get; init; }

    /// <summary>What was proven about isolation.</summary>
    [JsonPropertyName("tag:shype.dev,2026:guarantees")]
    public IReadOnlyList<ResultGuarantee>? Guarantees { get; init; }

    /// <summary>The host this is about, or on which the VM runs.</summary>
    [JsonPropertyName("tag:shype.dev,2026:host")]
    public ResultHost? Host { get; init; }

    /// <summary>How the host booted; only in the host's part.</summary>
    [JsonPropertyName("tag:shype.dev,2026:boot")]
    public ResultBoot? Boot { get; init; }

    /// <summary>The VM this is about.</summary>
    [JsonPropertyName("tag:shype.dev,2026:vm")]
    public ResultVm? Vm { get; init; }
}

/// <summary>One finding of the appraisal.</summary>
public sealed record ResultFinding
{
    /// <summary>The code, kebab-case, from the closed catalogue.</summary>
    [JsonPropertyName("code")]
    public required string Code { get; init; }

    /// <summary>"failure", "warning" or "information".</summary>
    [JsonPropertyName("severity")]
    public required string Severity { get; init; }

    /// <summary>What it is about, e.g. "quote", "vm/web", "pcr/13".</summary>
    [JsonPropertyName("subject")]
    public required string Subject { get; init; }

    /// <summary>One sentence for a person.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>The number of the log record that shows it.</summary>
    [JsonPropertyName("record")]
    public ulong? Record { get; init; }

    /// <summary>What should have been there.</summary>
    [JsonPropertyName("expected")]
    public string? Expected { get; init; }

    /// <summary>What was there.</summary>
    [JsonPropertyName("found")]
    public string? Found { get; init; }

    /// <summary>What to do.</summary>
    [JsonPropertyName("advice")]
    public string? Advice { get; init; }
}

/// <summary>One statement about isolation.</summary>
public sealed record ResultGuarantee
{
    /// <summary>Which guarantee.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Who demanded it: "asker", or "operator"; absent for what is always said.</summary>
    [JsonPropertyName("demandedBy")]
    public string? DemandedBy { get; init; }

    /// <summary>What was demanded, as docs/guarantees.md writes it.</summary>
    [JsonPropertyName("demand")]
    public JsonElement? Demand { get; init; }

    /// <summary>"holds", "violated" or "unknown".</summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    /// <summary>What makes it so: "enforced", "gated" or "observed"; for a demand that is not proven "violated" or "unknown".</summary>
    [JsonPropertyName("strength")]
    public required string Strength { get; init; }

    /// <summary>One sentence for a person.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>What shows a violation.</summary>
    [JsonPropertyName("witness")]
    public ResultWitness? Witness { get; init; }

    /// <summary>The evidence that would be needed to say more.</summary>
    [JsonPropertyName("missing")]
    public string? Missing { get; init; }

    /// <summary>Of a demand: the answer for what runs, and ran since boot.</summary>
    [JsonPropertyName("now")]
    public ResultAnswer? Now { get; init; }

    /// <summary>Of a demand: the answer for every state that the policy admits.</summary>
    [JsonPropertyName("always")]
    public ResultAnswer? Always { get; init; }
}

/// <summary>One of the two answers to a demand.</summary>
public sealed record ResultAnswer
{
    /// <summary>"holds", "violated" or "unknown".</summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    /// <summary>"enforced", "gated", "observed", "violated" or "unknown".</summary>
    [JsonPropertyName("strength")]
    public required string Strength { get; init; }

    /// <summary>One sentence for a person.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>What shows a violation.</summary>
    [JsonPropertyName("witness")]
    public ResultWitness? Witness { get; init; }

    /// <summary>The evidence that would be needed to say more.</summary>
    [JsonPropertyName("missing")]
    public string? Missing { get; init; }
}

/// <summary>The smallest thing that shows that something does not hold.</summary>
public sealed record ResultWitness
{
    /// <summary>In words.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>The labels in order, of a flow from its beginning to its end.</summary>
    [JsonPropertyName("path")]
    public IReadOnlyList<string>? Path { get; init; }

    /// <summary>The numbers of the log's records that show it.</summary>
    [JsonPropertyName("records")]
    public IReadOnlyList<ulong>? Records { get; init; }
}

/// <summary>The host of a verdict.</summary>
public sealed record ResultHost
{
    /// <summary>The host's id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The host's name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The boot that was appraised.</summary>
    [JsonPropertyName("boot")]
    public string? Boot { get; init; }
}

/// <summary>How the host booted, as far as digests of quoted PCRs prove it.</summary>
public sealed record ResultBoot
{
    /// <summary>"on", "off" or "unknown".</summary>
    [JsonPropertyName("secureBoot")]
    public required string SecureBoot { get; init; }

    /// <summary>The keys by which Secure Boot verified what was started: database and certificate.</summary>
    [JsonPropertyName("verifiedBy")]
    public IReadOnlyList<string> VerifiedBy { get; init => field = value ?? []; } = [];

    /// <summary>The boot loaders that show by what they measured, e.g. "shim", "GRUB".</summary>
    [JsonPropertyName("loaders")]
    public IReadOnlyList<string> Loaders { get; init => field = value ?? []; } = [];

    /// <summary>The Authenticode digests of the images that the firmware started, "bank:hex", in their order.</summary>
    [JsonPropertyName("images")]
    public IReadOnlyList<string> Images { get; init => field = value ?? []; } = [];

    /// <summary>Whether the hypervisor is the one that the boot loader started: "proven", "broken" or "missing".</summary>
    [JsonPropertyName("link")]
    public required string Link { get; init; }
}

/// <summary>The VM of a verdict.</summary>
public sealed record ResultVm
{
    /// <summary>The VM's uuid.</summary>
    [JsonPropertyName("uuid")]
    public required string Uuid { get; init; }

    /// <summary>The VM's name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The VM's label as the policy names it.</summary>
    [JsonPropertyName("label")]
    public required string Label { get; init; }

    /// <summary>Whether it runs.</summary>
    [JsonPropertyName("running")]
    public required bool Running { get; init; }
}
