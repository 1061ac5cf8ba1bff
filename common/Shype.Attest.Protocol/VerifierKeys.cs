namespace Shype.Attest.Protocol;

/// <summary>What a verifier has keys for.</summary>
public static class KeyPurposes
{
    /// <summary>Results are signed.</summary>
    public const string Results = "results";

    /// <summary>Heads of the audit are signed.</summary>
    public const string Audit = "audit";

    /// <summary>Challenges are recognised as the verifier's own.</summary>
    public const string Challenges = "challenges";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Results, Audit, Challenges];
}

/// <summary>One of a verifier's own keys; nothing of its secret.</summary>
public sealed record KeyInfo
{
    /// <summary>Its id, the <c>kid</c> of what it signs.</summary>
    public required string Id { get; init; }

    /// <summary>What it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>Where its secret is: <c>database</c> (encrypted) or <c>pkcs11</c>.</summary>
    public required string Place { get; init; }

    /// <summary><c>next</c> is published and does not sign yet, <c>current</c> signs, <c>old</c> signs no more and is still taken.</summary>
    public required string State { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>Who had it made.</summary>
    public required string By { get; init; }

    /// <summary>From when on it signs.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when it is taken; absent where nothing follows it yet, or where that has no end.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A verifier's own keys.</summary>
public sealed record KeyList
{
    /// <summary>The keys, of each purpose in the order in which they sign.</summary>
    public required IReadOnlyList<KeyInfo> Keys { get; init; }
}

/// <summary>An administrator has the next key made.</summary>
public sealed record KeyRotation
{
    /// <summary>What it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>Whether it signs as soon as every verifier knows it, and not only when readers had the time to learn it.</summary>
    public bool Now { get; init; }
}
