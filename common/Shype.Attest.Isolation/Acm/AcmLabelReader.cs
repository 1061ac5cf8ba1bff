using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Acm;

/// <summary>The labels of a policy, held against the types and sets that it declares.</summary>
internal sealed class AcmLabelReader(ProblemList problems, IReadOnlyCollection<string>? steTypes, IReadOnlyCollection<string>? chWallTypes, List<ConflictSet> conflictSets)
{
    private readonly AcmNames _names = new(problems);
    private readonly AcmRules _rules = new(problems);

    // SubjectLabels[@bootstrap required]{VirtualMachineLabel+}
    public (string? Bootstrap, List<VmLabel> Labels) Subjects(AcmElement element)
    {
        var parts = new AcmSequence(element, problems, "bootstrap");
        var elements = parts.Many("VirtualMachineLabel", 1, AcmLimits.MaxVmLabels);
        parts.End();
        var labels = new List<VmLabel>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var label in elements)
        {
            ReadVmLabel(label, labels, seen);
        }

        if (!element.Attributes.ContainsKey("bootstrap"))
        {
            problems.Add(element, PolicyProblemCode.MissingAttribute, "SubjectLabels needs a bootstrap, the label of the host's own domain");
        }

        var bootstrap = _names.Attribute(element, "bootstrap");
        if (bootstrap == SpecialLabels.Unlabeled)
        {
            problems.Add(element, PolicyProblemCode.ReservedName, $"bootstrap {Quote.Name(bootstrap)} would give every machine without a label what the host has; give the host a label of its own");
        }
        else if (bootstrap is not null && !seen.Contains(bootstrap))
        {
            problems.Add(element, PolicyProblemCode.UnknownBootstrap, $"bootstrap {Quote.Name(bootstrap)} is not a VirtualMachineLabel of this policy");
        }

        return (bootstrap, labels);
    }

    // ObjectLabels{ResourceLabel+}; ResourceLabel: Name[@from] SimpleTypeEnforcementTypes{Type}
    public List<ResourceLabel> Resources(AcmElement? element)
    {
        if (element is null)
        {
            return [];
        }

        var parts = new AcmSequence(element, problems);
        var elements = parts.Many("ResourceLabel", 1, AcmLimits.MaxResourceLabels);
        parts.End();
        var labels = new List<ResourceLabel>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var label in elements)
        {
            ReadResourceLabel(label, labels, seen);
        }

        return labels;
    }

    // VirtualMachineLabel: Name[@from] [SimpleTypeEnforcementTypes{Type+}] ChineseWallTypes{Type+}*
    private void ReadVmLabel(AcmElement element, List<VmLabel> labels, HashSet<string> seen)
    {
        var parts = new AcmSequence(element, problems);
        var (name, from) = NameAndFrom(parts.Required("Name"), seen);
        var ste = Block(parts, "SimpleTypeEnforcementTypes");
        var chWall = Block(parts, "ChineseWallTypes");
        parts.End();
        _rules.AllDeclared(ste, steTypes, "Type Enforcement");
        _rules.AllDeclared(chWall, chWallTypes, "Chinese Wall");
        foreach (var set in conflictSets)
        {
            var both = ByteOrder.Sort(chWall.Select(type => type.Name).Intersect(set.Types, StringComparer.Ordinal));
            if (both.Length > 1)
            {
                var what = $"label {Quote.Name(name ?? "")} holds {Quote.Set(both)} of conflict set {Quote.Name(set.Name)}: it conflicts with itself, and what may run beside it ";
                problems.Allows(element, PolicyProblemCode.ConflictInLabel, what + "would depend on the order of starts", what + "depends on the order of starts");
            }
        }

        if (name is not null)
        {
            labels.Add(new(name, Names(ste), Names(chWall), from));
        }
    }

    private void ReadResourceLabel(AcmElement element, List<ResourceLabel> labels, HashSet<string> seen)
    {
        var parts = new AcmSequence(element, problems);
        var (name, from) = NameAndFrom(parts.Required("Name"), seen);
        var block = parts.Required("SimpleTypeEnforcementTypes");
        parts.End();
        if (block is null)
        {
            return;
        }

        var inside = new AcmSequence(block, problems);
        var leaf = inside.Required("Type");
        inside.End();
        if (leaf is null || _names.Type(leaf) is not { } type)
        {
            return;
        }

        _rules.AllDeclared([new(leaf, type)], steTypes, "Type Enforcement");
        if (name is not null)
        {
            labels.Add(new(name, type, from));
        }
    }

    private (string? Name, string? From) NameAndFrom(AcmElement? leaf, HashSet<string> seen)
    {
        if (leaf is null || _names.Name(leaf, "from") is not { } name)
        {
            return default;
        }

        if (name is SpecialLabels.Inaccessible or SpecialLabels.Null || name.StartsWith(SpecialLabels.InvalidPrefix, StringComparison.Ordinal))
        {
            problems.Add(leaf, PolicyProblemCode.ReservedName, $"{Quote.Name(name)} has a meaning of its own and cannot be defined");
        }

        if (!seen.Add(name))
        {
            problems.Add(leaf, PolicyProblemCode.Duplicate, $"label {Quote.Name(name)} is defined twice");
        }

        return (name, _names.Attribute(leaf, "from"));
    }

    /// <summary>Xen's own default policy writes "no types" as one empty Type, so in a label, and only there, that is read as its tools do: as nothing.</summary>
    private List<PlacedName> Block(AcmSequence parts, string name)
    {
        var blocks = parts.Many(name, 0, AcmLimits.MaxTypes);
        if (blocks.Count == 0)
        {
            return [];
        }

        if (blocks.Count > 1)
        {
            problems.Allows(blocks[1], PolicyProblemCode.RepeatedBlock, $"a second {name}, which Xen's tools do not read; put all types into the first", $"a second {name} is not read");
        }

        var inside = new AcmSequence(blocks[0], problems);
        var leaves = inside.Many("Type", 1, AcmLimits.MaxTypes);
        inside.End();
        var isNone = leaves is [{ Text.Length: 0, HasOther: false, Children.Count: 0, Attributes.Count: 0 }];
        return isNone ? [] : _rules.Distinct(leaves, _names.Type, "type", "in this label");
    }

    private static ImmutableArray<string> Names(List<PlacedName> types) => ByteOrder.Sort(types.Select(type => type.Name));
}
