using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees.Inputs;

/// <summary>What is known of a host that VMs came from (G20).</summary>
/// <param name="Host">As migration records name it.</param>
/// <param name="Attested">Whether its own attestation passed.</param>
public sealed record PeerStanding(string Host, bool Attested)
{
    /// <summary>Canonical digest of the policy in force there.</summary>
    public string? PolicyDigest { get; init; }

    /// <summary>The VMs that its log says went from there to here, with their labels.</summary>
    public ImmutableDictionary<Guid, string?> Departed { get; init; } = ImmutableDictionary<Guid, string?>.Empty;
}

/// <summary>A record that says that what was on a resource is gone (G16).</summary>
/// <param name="Record">The record's number.</param>
/// <param name="Kind">The resource's kind.</param>
/// <param name="Name">The resource's name.</param>
public readonly record struct Sanitisation(ulong Record, string Kind, string Name);
