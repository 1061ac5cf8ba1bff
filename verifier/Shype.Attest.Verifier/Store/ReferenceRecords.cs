namespace Shype.Attest.Verifier.Store;

/// <summary>A bundle of reference values as it is kept.</summary>
internal sealed record StoredBundle
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its version; of a removed one the highest that there was.</summary>
    public required long Sequence { get; init; }

    /// <summary>SHA-256 of the CoRIM that was signed.</summary>
    public required byte[] ContentDigest { get; init; }

    /// <summary>The signed bundle as it came.</summary>
    public required byte[] Source { get; init; }

    /// <summary>Whose key signed it.</summary>
    public required string SignerName { get; init; }

    /// <summary>That key, SubjectPublicKeyInfo.</summary>
    public required byte[] SignerKey { get; init; }

    /// <summary>Why it was removed; null while it counts.</summary>
    public string? Removed { get; init; }
}

/// <summary>A key that may sign bundles.</summary>
internal sealed record StoredSigner(string KeyId, string Name, byte[] PublicKey);

/// <summary>Somebody changed the reference values.</summary>
internal sealed record ReferenceEventRecord
{
    /// <summary>Its number; the store gives it.</summary>
    public long Number { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }

    /// <summary>What was done.</summary>
    public required string Action { get; init; }

    /// <summary>To which set or signer.</summary>
    public required string Name { get; init; }

    /// <summary>The set's version afterwards.</summary>
    public long? Sequence { get; init; }

    /// <summary>What changed, a list of texts in JSON.</summary>
    public required string Changes { get; init; }
}
