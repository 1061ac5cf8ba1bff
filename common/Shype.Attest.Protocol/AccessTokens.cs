namespace Shype.Attest.Protocol;

/// <summary>An administrator makes a token.</summary>
public sealed record TokenRequest
{
    /// <summary>Whose it is; audit and histories name him so.</summary>
    public required string Name { get; init; }

    /// <summary><c>viewer</c>, <c>operator</c>, <c>admin</c> or <c>relying-party</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Until when; a token without an end is possible.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>A token, which only its owner has.</summary>
public sealed record TokenInfo
{
    /// <summary>Whose it is.</summary>
    public required string Name { get; init; }

    /// <summary>What it allows.</summary>
    public required string Role { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>Who made it.</summary>
    public required string By { get; init; }

    /// <summary>Until when.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was last used, to the hour; null where it never was.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>The token itself, once.</summary>
    public string? Token { get; init; }
}

/// <summary>All tokens that administrators made.</summary>
public sealed record TokenList
{
    /// <summary>The tokens, by name.</summary>
    public required IReadOnlyList<TokenInfo> Tokens { get; init; }
}
