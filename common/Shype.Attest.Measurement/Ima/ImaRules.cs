namespace Shype.Attest.Measurement.Ima;

/// <summary>What an operator says about the files of a host. A document; <see cref="ImaRuleSet"/> is what can be asked.</summary>
public sealed record ImaRules
{
    /// <summary>Nothing is said: no file is judged.</summary>
    public static ImaRules None { get; } = new();

    /// <summary>Files that may be loaded, with their digests.</summary>
    public IReadOnlyList<ImaFileRule> Allow { get; init => field = value ?? []; } = [];

    /// <summary>Files that may not, by path or by digest; comes first.</summary>
    public IReadOnlyList<ImaFileRule> Deny { get; init => field = value ?? []; } = [];

    /// <summary>Paths whose files must carry a signature by one of the keys; such a file needs no digest.</summary>
    public IReadOnlyList<string> MustBeSigned { get; init => field = value ?? []; } = [];

    /// <summary>Paths that are not judged, such as logs that the kernel measures when root reads them.</summary>
    public IReadOnlyList<string> Ignore { get; init => field = value ?? []; } = [];

    /// <summary>The keys: each a certificate or public key in PEM.</summary>
    public IReadOnlyList<string> Keys { get; init => field = value ?? []; } = [];
}

/// <summary>A rule about files.</summary>
public sealed record ImaFileRule
{
    /// <summary>The path, with wildcards (<see cref="ImaPathPattern"/>).</summary>
    public required string Path { get; init; }

    /// <summary>Digests as "sha256:HEX", with "verity:" before those of fs-verity. None: in an allow rule no digest is good, in a deny rule every one is bad.</summary>
    public IReadOnlyList<string> Digests { get; init => field = value ?? []; } = [];
}
