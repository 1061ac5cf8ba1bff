using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>
/// sHype's Chinese Wall, counter for counter as Xen's access control module had it: what runs raises a reference count on every type that it
/// keeps out, and what would start is denied where one of its own types is kept out.
/// </summary>
public sealed class ChineseWall
{
    private readonly Dictionary<string, int> _index;
    private readonly ImmutableArray<ConflictSet> _sets;
    private readonly int[][] _members;

    /// <summary>The rule for these types and conflict sets; a set may name types that are not among the types, which then never run.</summary>
    public ChineseWall(ImmutableArray<string> types, ImmutableArray<ConflictSet> conflictSets)
    {
        _index = types.Select((type, index) => (type, index)).ToDictionary(pair => pair.type, pair => pair.index, StringComparer.Ordinal);
        _sets = conflictSets;
        _members = [.. conflictSets.Select(set => Rows(set.Types))];
        Empty = new([.. new int[types.Length]], [.. new int[types.Length]]);
    }

    /// <summary>Nothing runs.</summary>
    public ChineseWallState Empty { get; }

    /// <summary>Whether something with these types may start.</summary>
    public bool Admits(ChineseWallState state, ImmutableArray<string> types)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var type in types)
        {
            if (_index.TryGetValue(type, out var row) && state.Aggregates[row] != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The state after it started. It is not asked whether it may: a log may tell of a start that should have been denied.</summary>
    public ChineseWallState Create(ChineseWallState state, ImmutableArray<string> types) => Count(state, types, 1);

    /// <summary>The state after it ended: the exact inverse of <see cref="Create"/>.</summary>
    public ChineseWallState Destroy(ChineseWallState state, ImmutableArray<string> types) => Count(state, types, -1);

    /// <summary>
    /// Why something running with <paramref name="running"/> keeps out something with <paramref name="starting"/>; null where it does not. In closed form:
    /// a set that the one has a type of, and of which the other has a type that the one does not have.
    /// </summary>
    public ChineseWallConflict? Between(ImmutableArray<string> running, ImmutableArray<string> starting)
    {
        foreach (var set in _sets)
        {
            var held = set.Types.FirstOrDefault(type => running.Contains(type, StringComparer.Ordinal));
            var keptOut = set.Types.FirstOrDefault(type => starting.Contains(type, StringComparer.Ordinal) && !running.Contains(type, StringComparer.Ordinal));
            if (held is not null && keptOut is not null)
            {
                return new(set, held, keptOut);
            }
        }

        return null;
    }

    private ChineseWallState Count(ChineseWallState state, ImmutableArray<string> types, int step)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (running, aggregates) = (state.Running.AsSpan().ToArray(), state.Aggregates.AsSpan().ToArray());
        // A host's whole log goes through here, so the rows are marked on the stack instead of being searched for.
        Span<bool> own = running.Length <= MaxOnStack ? stackalloc bool[running.Length] : new bool[running.Length];
        foreach (var type in types)
        {
            if (_index.TryGetValue(type, out var row))
            {
                own[row] = true;
                running[row] += step;
            }
        }

        foreach (var set in _members)
        {
            if (Meets(set, own))
            {
                foreach (var row in set)
                {
                    aggregates[row] += own[row] ? 0 : step;
                }
            }
        }

        return new(ImmutableCollectionsMarshal.AsImmutableArray(running), ImmutableCollectionsMarshal.AsImmutableArray(aggregates));
    }

    private static bool Meets(int[] set, ReadOnlySpan<bool> own)
    {
        foreach (var row in set)
        {
            if (own[row])
            {
                return true;
            }
        }

        return false;
    }

    private int[] Rows(ImmutableArray<string> types) => [.. types.Where(_index.ContainsKey).Select(type => _index[type]).Distinct()];

    private const int MaxOnStack = 256;
}

/// <summary>What a conflict is made of.</summary>
/// <param name="Set">The conflict set.</param>
/// <param name="RunningType">Its type that is already running.</param>
/// <param name="StartingType">Its type that is thereby kept out.</param>
public sealed record ChineseWallConflict(ConflictSet Set, string RunningType, string StartingType);

/// <summary>The counters, per type in the policy's order.</summary>
public sealed class ChineseWallState
{
    internal ChineseWallState(ImmutableArray<int> running, ImmutableArray<int> aggregates) => (Running, Aggregates) = (running, aggregates);

    /// <summary>How many run with the type; reported, never consulted.</summary>
    public ImmutableArray<int> Running { get; }

    /// <summary>How many reasons there are to keep the type out.</summary>
    public ImmutableArray<int> Aggregates { get; }
}
