namespace Shype.Attest.Protocol;

/// <summary>An operator lets hosts in ahead of time, by a token that they bring.</summary>
public sealed record InvitationRequest
{
    /// <summary>The group that the hosts come into.</summary>
    public required string Group { get; init; }

    /// <summary>How many hosts.</summary>
    public int Uses { get; init; } = 1;

    /// <summary>Until when; a week where nothing is said.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>An invitation.</summary>
public sealed record Invitation
{
    /// <summary>What it is called in the audit: the begin of its token's digest.</summary>
    public required string Id { get; init; }

    /// <summary>The group that the hosts come into.</summary>
    public required string Group { get; init; }

    /// <summary>How many hosts may still use it.</summary>
    public required int UsesLeft { get; init; }

    /// <summary>Until when.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Who invited.</summary>
    public required string By { get; init; }

    /// <summary>The token, once: the verifier keeps its digest only.</summary>
    public string? Token { get; init; }
}

/// <summary>An operator names TPMs that are let in when they come.</summary>
public sealed record ExpectRequest
{
    /// <summary>SHA-256 (hex) of the endorsement key's TPM2B_PUBLIC or of its certificate, or <c>serial:HEX</c>, the certificate's serial number.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The group that they come into.</summary>
    public required string Group { get; init; }
}

/// <summary>A TPM that is let in when it comes.</summary>
public sealed record ExpectedKey
{
    /// <summary>The key, as it was named.</summary>
    public required string Key { get; init; }

    /// <summary>The group that it comes into.</summary>
    public required string Group { get; init; }

    /// <summary>The only name under which it is let in: it replaces the host of that name.</summary>
    public string? HostName { get; init; }

    /// <summary>Who named it.</summary>
    public required string By { get; init; }
}

/// <summary>Everything that lets hosts in without a further word.</summary>
public sealed record AdmissionList
{
    /// <summary>Invitations that can still be used.</summary>
    public required IReadOnlyList<Invitation> Invitations { get; init; }

    /// <summary>TPMs that are expected.</summary>
    public required IReadOnlyList<ExpectedKey> Keys { get; init; }
}

/// <summary>An operator gives a host's name to another TPM.</summary>
public sealed record ReplaceRequest
{
    /// <summary>SHA-256 (hex) of the new endorsement key's TPM2B_PUBLIC, as read on the machine itself.</summary>
    public required string EkFingerprint { get; init; }
}
