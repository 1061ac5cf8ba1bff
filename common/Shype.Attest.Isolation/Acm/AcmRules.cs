namespace Shype.Attest.Isolation.Acm;

/// <summary>A name and where it stands in the file.</summary>
internal readonly record struct PlacedName(AcmElement At, string Name);

/// <summary>The rules beyond the schema that concern types and sets.</summary>
internal sealed class AcmRules(ProblemList problems)
{
    /// <summary>The names of the leaves; one that is there twice is a problem, and left out.</summary>
    public List<PlacedName> Distinct(IReadOnlyList<AcmElement> leaves, Func<AcmElement, string?> read, string what, string where)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var names = new List<PlacedName>();
        foreach (var leaf in leaves)
        {
            if (read(leaf) is not { } name)
            {
                continue;
            }

            if (seen.Add(name))
            {
                names.Add(new(leaf, name));
            }
            else
            {
                problems.Add(leaf, PolicyProblemCode.Duplicate, $"{what} {Quote.Name(name)} is {where} twice");
            }
        }

        return names;
    }

    public void AllDeclared(List<PlacedName> types, IReadOnlyCollection<string>? known, string kind)
    {
        var declared = known?.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var (at, name) in types.Where(type => !declared.Contains(type.Name)))
        {
            problems.Add(at, PolicyProblemCode.UndeclaredType, $"{kind} type {Quote.Name(name)} is not declared; declare it or mend its spelling");
        }
    }

    /// <summary>The declared ones; one that is not is a problem, and ignored where legacy readings are allowed.</summary>
    public List<PlacedName> DeclaredOnly(List<PlacedName> types, IReadOnlyCollection<string>? known, string kind) => !problems.IsLegacy
        ? All(types, known, kind)
        : [.. types.Where(type => known?.Contains(type.Name) is true
            || !problems.Allows(type.At, PolicyProblemCode.UndeclaredType, "", $"{kind} type {Quote.Name(type.Name)} is not declared: ignored"))];

    private List<PlacedName> All(List<PlacedName> types, IReadOnlyCollection<string>? known, string kind)
    {
        AllDeclared(types, known, kind);
        return types;
    }

    public void AddConflictSet(AcmElement at, string? name, List<PlacedName> types, List<ConflictSet> sets)
    {
        if (types.Count < 2)
        {
            problems.Add(at, PolicyProblemCode.ConflictSetTooSmall, $"a conflict set of {types.Count} types keeps nothing apart; it needs two or more");
            return;
        }

        if (name is null)
        {
            return;
        }

        // Two sets of one name are common (the Xen manual has them); the same set twice is a slip.
        var set = new ConflictSet(name, ByteOrder.Sort(types.Select(type => type.Name)));
        if (sets.Any(other => other.Name == set.Name && other.Types.SequenceEqual(set.Types)))
        {
            problems.Add(at, PolicyProblemCode.Duplicate, $"conflict set {Quote.Name(name)} is there twice");
            return;
        }

        sets.Add(set);
    }
}
