namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Which endorsement key certificates are believed.</summary>
public sealed record EkCertificatePolicy
{
    /// <summary>Certificates (DER) that an administrator trusts: vendors' roots, or the authorities just above the certificates.</summary>
    public required IReadOnlyList<byte[]> Anchors { get; init; }

    /// <summary>Whether validity times matter. TPM vendors let certificates of chips in use expire; off only knowingly.</summary>
    public bool CheckValidity { get; init; } = true;

    /// <summary>Whether SHA-1 signatures below the anchors are taken, as TPMs of 2014 and before carry them.</summary>
    public bool UnsafeAllowSha1 { get; init; }

    /// <summary>Takes hosts whose endorsement key has no certificate at all: anybody can make such a key in software.</summary>
    public bool UnsafeAcceptUncertifiedKeys { get; init; }

    /// <summary>Certificates between the endorsement key's and the anchor, at most.</summary>
    public int MaxIntermediates { get; init; } = 4;
}
