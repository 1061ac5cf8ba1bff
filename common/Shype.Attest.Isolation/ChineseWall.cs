using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>
/// sHype's Chinese Wall in closed form. What runs and would run is decided by counters (<see cref="ChineseWallState"/>); this says why, with names.
/// </summary>
public sealed class ChineseWall
{
    private readonly ImmutableArray<ConflictSet> _sets;

    /// <summary>The rule for these conflict sets.</summary>
    public ChineseWall(ImmutableArray<string> types, ImmutableArray<ConflictSet> conflictSets)
    {
        _sets = conflictSets;
        Empty = new([.. new int[types.Length]], [.. new int[types.Length]]);
    }

    /// <summary>Nothing runs.</summary>
    public ChineseWallState Empty { get; }

    /// <summary>
    /// Why something running with <paramref name="running"/> keeps out something with <paramref name="starting"/>; null where it does not. In closed form:
    /// a set that the one has a type of, and of which the other has a type that the one does not have.
    /// </summary>
    public ChineseWallConflict? Between(ImmutableArray<string> running, ImmutableArray<string> starting)
    {
        foreach (var set in _sets)
        {
            var held = First(set.Types, running, except: []);
            var keptOut = First(set.Types, starting, except: running);
            if (held is not null && keptOut is not null)
            {
                return new(set, held, keptOut);
            }
        }

        return null;
    }

    /// <summary>
    /// Why the two may not run together in at least one order of starting. Where a label holds two types of one set the orders differ: what holds both may
    /// be joined by what holds one, and not the other way round.
    /// </summary>
    public ChineseWallConflict? InAnyOrder(ImmutableArray<string> left, ImmutableArray<string> right) =>
        Between(left, right) ?? (Between(right, left) is { } reverse ? new(reverse.Set, reverse.StartingType, reverse.RunningType) : null);

    /// <summary>Whether the order decides if the two may run together.</summary>
    public bool DependsOnOrder(ImmutableArray<string> left, ImmutableArray<string> right) => Between(left, right) is null != Between(right, left) is null;

    private static string? First(ImmutableArray<string> set, ImmutableArray<string> of, ImmutableArray<string> except)
    {
        foreach (var type in set)
        {
            if (of.Contains(type, StringComparer.Ordinal) && !except.Contains(type, StringComparer.Ordinal))
            {
                return type;
            }
        }

        return null;
    }
}

/// <summary>What a conflict is made of.</summary>
/// <param name="Set">The conflict set.</param>
/// <param name="RunningType">Its type that is already running.</param>
/// <param name="StartingType">Its type that is thereby kept out.</param>
public sealed record ChineseWallConflict(ConflictSet Set, string RunningType, string StartingType);

/// <summary>The counters of Xen's access control module, per type in the policy's order.</summary>
public sealed class ChineseWallState
{
    internal ChineseWallState(ImmutableArray<int> running, ImmutableArray<int> aggregates) => (Running, Aggregates) = (running, aggregates);

    /// <summary>How many run with the type; reported, never consulted.</summary>
    public ImmutableArray<int> Running { get; }

    /// <summary>How many reasons there are to keep the type out.</summary>
    public ImmutableArray<int> Aggregates { get; }
}
