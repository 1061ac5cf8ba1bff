namespace Shype.Attest.Protocol;

/// <summary>A named set of reference values in a list.</summary>
public sealed record ReferenceBundleInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its version.</summary>
    public required long Sequence { get; init; }

    /// <summary>Who made it and from what.</summary>
    public required string Origin { get; init; }

    /// <summary>"in-force", "not-yet-valid", "expired" or "revoked", at the time of the answer.</summary>
    public required string Standing { get; init; }

    /// <summary>Why it was revoked.</summary>
    public string? Reason { get; init; }

    /// <summary>The first second in which it counts; null: always.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The last second in which it counts; null: for ever.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Who signed it; null where an operator set it.</summary>
    public string? Signer { get; init; }

    /// <summary>SHA-256 (hex) of the signer's SubjectPublicKeyInfo.</summary>
    public string? SignerKey { get; init; }

    /// <summary>How many things it calls good.</summary>
    public required int Values { get; init; }

    /// <summary>Parts of the CoRIM that this verifier has no use for; told at its import.</summary>
    public int? Unused { get; init; }
}

/// <summary>All named sets of reference values.</summary>
public sealed record ReferenceBundleList
{
    /// <summary>The sets; the operators' own is the first.</summary>
    public required IReadOnlyList<ReferenceBundleInfo> Bundles { get; init; }
}

/// <summary>A key that may sign bundles.</summary>
public sealed record ReferenceSignerInfo
{
    /// <summary>Whose it is.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 (hex) of its SubjectPublicKeyInfo; null in a request.</summary>
    public string? KeyId { get; init; }

    /// <summary>The public key, PEM.</summary>
    public required string PublicKey { get; init; }
}

/// <summary>The keys that may sign bundles.</summary>
public sealed record ReferenceSignerList
{
    /// <summary>The keys.</summary>
    public required IReadOnlyList<ReferenceSignerInfo> Signers { get; init; }
}

/// <summary>A change of the reference values.</summary>
public sealed record ReferenceEvent
{
    /// <summary>Its number.</summary>
    public required long Number { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }

    /// <summary>"set", "imported", "removed", "signer-added" or "signer-removed".</summary>
    public required string Action { get; init; }

    /// <summary>The set's or the signer's name.</summary>
    public required string Name { get; init; }

    /// <summary>The set's version afterwards.</summary>
    public long? Sequence { get; init; }

    /// <summary>What changed, entry by entry: "added vms/web", "changed hypervisors/xen: image: OLD -> NEW".</summary>
    public required IReadOnlyList<string> Changes { get; init; }
}

/// <summary>Changes of the reference values, the newest first.</summary>
public sealed record ReferenceHistory
{
    /// <summary>The changes.</summary>
    public required IReadOnlyList<ReferenceEvent> Events { get; init; }

    /// <summary>Where the next page starts (parameter <c>before</c>); null on the last one.</summary>
    public long? Next { get; init; }
}
