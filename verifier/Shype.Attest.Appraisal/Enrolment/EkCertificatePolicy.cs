namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Which certificates of endorsement and attestation keys are believed.</summary>
public sealed record EkCertificatePolicy
{
    /// <summary>Certificates (DER) that an administrator trusts: vendors' roots, or authorities below them that were named as anchors.</summary>
    public required IReadOnlyList<byte[]> Anchors { get; init; }

    /// <summary>Anchors whose TPMs are a cloud's software: what is below them is genuine by the cloud's word, not by hardware.</summary>
    public IReadOnlyList<byte[]> VirtualAnchors { get; init; } = [];

    /// <summary>Authorities that fill gaps in what hosts bring; none of them is trusted by itself.</summary>
    public IReadOnlyList<byte[]> Helpers { get; init; } = [];

    /// <summary>Anchors that are known and switched off: they are only named, so that a refusal says what stands behind a certificate.</summary>
    public IReadOnlyList<byte[]> SwitchedOff { get; init; } = [];

    /// <summary>Whether validity times matter. TPM vendors let certificates of chips in use expire; off only knowingly.</summary>
    public bool CheckValidity { get; init; } = true;

    /// <summary>Whether an authority between key and anchor may have expired since it certified what is below it, as vendors' first ones have.</summary>
    public bool AcceptExpiredAuthorities { get; init; }

    /// <summary>Whether SHA-1 signatures below the anchors are taken, as TPMs of 2014 and before carry them.</summary>
    public bool UnsafeAllowSha1 { get; init; }

    /// <summary>Takes hosts whose endorsement key has no certificate at all: anybody can make such a key in software.</summary>
    public bool UnsafeAcceptUncertifiedKeys { get; init; }

    /// <summary>Takes such keys where an administrator compares their fingerprint before the host takes part.</summary>
    public bool PinUncertifiedKeys { get; init; }

    /// <summary>Certificates between the key's and the anchor, at most.</summary>
    public int MaxIntermediates { get; init; } = 4;
}
