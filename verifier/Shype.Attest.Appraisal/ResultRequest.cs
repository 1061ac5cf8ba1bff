using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>What a result says besides the verdict.</summary>
public sealed record ResultRequest
{
    /// <summary>The program that appraised.</summary>
    public required VerifierId Verifier { get; init; }

    /// <summary>When the result is made.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>How long it means something.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>Who makes it.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whom it is for.</summary>
    public string? Audience { get; init; }

    /// <summary>The asker's nonce, base64url.</summary>
    public string? Nonce { get; init; }

    /// <summary>The VMs to speak about; null for every one that runs.</summary>
    public IReadOnlyCollection<Guid>? Vms { get; init; }

    /// <summary>What the asker demands.</summary>
    public DemandSet Demands { get; init; } = DemandSet.None;

    /// <summary>SHA-256 of the evidence as it came.</summary>
    public ReadOnlyMemory<byte>? EvidenceDigest { get; init; }
}
