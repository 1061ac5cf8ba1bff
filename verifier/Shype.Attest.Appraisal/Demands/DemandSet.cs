using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>What somebody demands of a host's isolation before relying on it (docs/guarantees.md).</summary>
/// <param name="Mediators">Labels that are trusted to pass nothing on.</param>
/// <param name="Demands">The demands, in their order.</param>
public sealed record DemandSet(ImmutableHashSet<string> Mediators, ImmutableArray<Demand> Demands)
{
    /// <summary>Nothing is demanded.</summary>
    public static DemandSet None { get; } = new([], []);

    /// <summary>Whether nothing is demanded.</summary>
    public bool IsEmpty => Demands.IsEmpty;
}
