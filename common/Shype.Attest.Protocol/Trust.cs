namespace Shype.Attest.Protocol;

/// <summary>An authority whose TPMs a verifier may believe.</summary>
public sealed record TrustEntry
{
    /// <summary>What people call it.</summary>
    public required string Id { get; init; }

    /// <summary>Whose certificate it is.</summary>
    public required string Subject { get; init; }

    /// <summary>SHA-256 (hex) of the certificate.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Where it came from: <c>vendor</c> (shipped), <c>file</c> (configured), <c>operator</c> (added).</summary>
    public required string Origin { get; init; }

    /// <summary>Whether it is trusted by itself; otherwise it only fills gaps between a TPM's certificate and an anchor.</summary>
    public required bool Anchor { get; init; }

    /// <summary>Whether it counts.</summary>
    public required bool On { get; init; }

    /// <summary>Whether its TPMs are a cloud's software.</summary>
    public required bool Virtual { get; init; }

    /// <summary>Valid from.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Valid to.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>What else to know: where it was got from, and why it is as it is.</summary>
    public required string Note { get; init; }
}

/// <summary>All authorities that a verifier knows.</summary>
public sealed record TrustList
{
    /// <summary>The authorities.</summary>
    public required IReadOnlyList<TrustEntry> Authorities { get; init; }
}

/// <summary>An operator adds an authority.</summary>
public sealed record TrustAddition
{
    /// <summary>The certificate, DER.</summary>
    public required byte[] Certificate { get; init; }

    /// <summary>Whether it is trusted by itself although another authority issued it; one that signed itself always is.</summary>
    public bool Anchor { get; init; }

    /// <summary>Whether its TPMs are a cloud's software, so that every verdict warns about the hardware.</summary>
    public bool Virtual { get; init; }
}

/// <summary>What came of a change of trust.</summary>
public sealed record TrustChanged
{
    /// <summary>The authority, as it is now; as it was where it is gone.</summary>
    public required TrustEntry Authority { get; init; }

    /// <summary>The names of the hosts whose next verdict says something else about their TPM than before.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }
}

/// <summary>An operator approves a host; the fingerprint is needed where nobody certified its endorsement key.</summary>
public sealed record ApproveRequest
{
    /// <summary>SHA-256 (hex) of the endorsement key's TPM2B_PUBLIC, as read on the machine itself.</summary>
    public string? EkFingerprint { get; init; }
}

/// <summary>What a certificate says about its TPM: claims of who signed it, shown to people.</summary>
public sealed record TpmClaims
{
    /// <summary>Four letters of the TCG registry.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>The vendor's name.</summary>
    public string? Vendor { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The firmware's version when the certificate was made.</summary>
    public string? Firmware { get; init; }

    /// <summary>Family, level and revision of the specification.</summary>
    public string? Specification { get; init; }

    /// <summary>Evaluations that the vendor claims.</summary>
    public string? Evaluation { get; init; }

    /// <summary>The cloud's machine that it belongs to.</summary>
    public string? Machine { get; init; }
}
