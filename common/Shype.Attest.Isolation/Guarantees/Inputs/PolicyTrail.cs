using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation.Guarantees.Inputs;

/// <summary>Every policy that was measured since boot, the one in force last (G4, G5). Digests are texts, "sha256:" and hex, as records show them.</summary>
/// <param name="Policies">In the order of their records.</param>
public sealed record PolicyTrail(ImmutableArray<MeasuredPolicy> Policies)
{
    /// <summary>Digests of the binary forms that the policy's file compiles to.</summary>
    public ImmutableHashSet<string> Compiled { get; init; } = [];

    /// <summary>Digest of the policy's file.</summary>
    public string? File { get; init; }

    /// <summary>The policies behind measured meanings, by canonical digest.</summary>
    public ImmutableDictionary<string, AcmPolicy> Texts { get; init; } = ImmutableDictionary<string, AcmPolicy>.Empty;

    /// <summary>Canonical digests of the policies that somebody entitled to it let take the place of another; null where nobody was asked.</summary>
    public ImmutableHashSet<string>? Authorised { get; init; }

    /// <summary>Why these may not be all; null where they are.</summary>
    public string? Gap { get; init; }

    /// <summary>FLASK's sequence number: 1 after boot, more after every load and every switch of a boolean; null where no record tells it.</summary>
    public ulong? SequenceNumber { get; init; }
}

/// <summary>A policy as one record measured it.</summary>
/// <param name="Record">The record's number.</param>
/// <param name="Module">Whose policy it is: "acm", "flask".</param>
/// <param name="Enforcing">Whether the hypervisor enforces it.</param>
public sealed record MeasuredPolicy(ulong Record, string Module, bool Enforcing)
{
    /// <summary>Digest of the binary policy that is active.</summary>
    public string? Active { get; init; }

    /// <summary>Digest of the file.</summary>
    public string? Source { get; init; }

    /// <summary>Digest of the meaning (docs/policy-digest.md).</summary>
    public string? Canonical { get; init; }

    /// <summary>Whether the record says that it took the place of another.</summary>
    public bool IsChange { get; init; }

    /// <summary>The digest of the one whose place it took.</summary>
    public string? Previous { get; init; }
}
