namespace Shype.Attest.Isolation.Acm;

/// <summary>The elements of the 2007-07-12 schema, top down, each method one element.</summary>
internal sealed class AcmGrammar(ProblemList problems)
{
    private readonly AcmNames _names = new(problems);
    private readonly AcmRules _rules = new(problems);

    // SecurityPolicyDefinition: PolicyHeader [SimpleTypeEnforcement] [ChineseWall] SecurityLabelTemplate
    public AcmPolicy? Policy(AcmElement root)
    {
        if (root.Name != "SecurityPolicyDefinition")
        {
            problems.Add(root, PolicyProblemCode.NotAPolicy, $"the root element is {Quote.Name(root.Name)}; a policy's is SecurityPolicyDefinition");
            return null;
        }

        var parts = new AcmSequence(root, problems);
        var header = Header(parts.Required("PolicyHeader"));
        var typeEnforcement = parts.Optional("SimpleTypeEnforcement");
        var steTypes = TypeEnforcement(typeEnforcement);
        var chineseWall = parts.Optional("ChineseWall");
        var (chWallTypes, conflictSets) = ChineseWall(chineseWall);
        var template = parts.Required("SecurityLabelTemplate");
        var labels = Labels(template, new(problems, steTypes, chWallTypes, conflictSets));
        parts.End();
        CheckPriority(typeEnforcement, chineseWall);
        return problems.IsEmpty && header is { Name: { } name, Version: { } version } && labels is { } all
            ? new(name, version, header.From, steTypes, chWallTypes, conflictSets, all.Bootstrap, all.Vms, all.Resources)
            : null;
    }

    // PolicyHeader: PolicyName [PolicyUrl] [Reference] [Date] [NameSpaceUrl] Version [FromPolicy]
    private AcmHeader? Header(AcmElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var parts = new AcmSequence(element, problems);
        var name = _names.Name(parts.Required("PolicyName"));
        foreach (var description in (ReadOnlySpan<string>)["PolicyUrl", "Reference", "Date", "NameSpaceUrl"])
        {
            _names.Text(parts.Optional(description));
        }

        var version = _names.Version(parts.Required("Version"));
        var from = FromPolicy(parts.Optional("FromPolicy"));
        parts.End();
        return new(name, version, from);
    }

    // FromPolicy: PolicyName Version
    private AcmPolicyReference? FromPolicy(AcmElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var parts = new AcmSequence(element, problems);
        var name = _names.Name(parts.Required("PolicyName"));
        var version = _names.Version(parts.Required("Version"));
        parts.End();
        return name is not null && version is { } known ? new(name, known) : null;
    }

    // SimpleTypeEnforcement[@priority]: SimpleTypeEnforcementTypes{Type+}
    private List<string>? TypeEnforcement(AcmElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var parts = new AcmSequence(element, problems, "priority");
        var types = Declared(parts.Required("SimpleTypeEnforcementTypes"));
        parts.End();
        return types;
    }

    // ChineseWall[@priority]: ChineseWallTypes{Type+} [ConflictSets{Conflict+}]
    private (List<string>? Types, List<ConflictSet> Sets) ChineseWall(AcmElement? element)
    {
        if (element is null)
        {
            return (null, []);
        }

        var parts = new AcmSequence(element, problems, "priority");
        var types = Declared(parts.Required("ChineseWallTypes"));
        var sets = new List<ConflictSet>();
        if (parts.Optional("ConflictSets") is { } conflictSets)
        {
            var members = new AcmSequence(conflictSets, problems);
            foreach (var conflict in members.Many("Conflict", 1, AcmLimits.MaxConflictSets))
            {
                Conflict(conflict, types, sets);
            }

            members.End();
        }

        parts.End();
        return (types, sets);
    }

    // Conflict[@name required]{Type+}
    private void Conflict(AcmElement element, List<string> known, List<ConflictSet> sets)
    {
        var parts = new AcmSequence(element, problems, "name");
        var leaves = parts.Many("Type", 1, AcmLimits.MaxTypes);
        parts.End();
        if (!element.Attributes.ContainsKey("name"))
        {
            problems.Add(element, PolicyProblemCode.MissingAttribute, "Conflict needs a name");
        }

        var name = _names.Attribute(element, "name");
        var types = _rules.Distinct(leaves, _names.Type, "type", "in this conflict set");
        _rules.AllDeclared(types, known, "Chinese Wall");
        _rules.AddConflictSet(element, name, types, sets);
    }

    private List<string> Declared(AcmElement? block)
    {
        if (block is null)
        {
            return [];
        }

        var parts = new AcmSequence(block, problems);
        var leaves = parts.Many("Type", 1, AcmLimits.MaxTypes);
        parts.End();
        return [.. _rules.Distinct(leaves, _names.Type, "type", "declared").Select(type => type.Name)];
    }

    // SecurityLabelTemplate: [SubjectLabels@bootstrap{VirtualMachineLabel+}] [ObjectLabels{ResourceLabel+}]
    private AcmLabelSet? Labels(AcmElement? template, AcmLabelReader reader)
    {
        if (template is null)
        {
            return null;
        }

        // The schema lets SubjectLabels be left out; such a policy has no label even for the host and can start nothing.
        var parts = new AcmSequence(template, problems);
        var subjects = parts.Required("SubjectLabels");
        var objects = parts.Optional("ObjectLabels");
        parts.End();
        var resources = reader.Resources(objects);
        return subjects is null ? null : reader.Subjects(subjects) is var (bootstrap, vms) && bootstrap is not null ? new(bootstrap, vms, resources) : null;
    }

    private void CheckPriority(params ReadOnlySpan<AcmElement?> components)
    {
        var primaries = 0;
        foreach (var component in components)
        {
            if (component?.Attributes.TryGetValue("priority", out var value) is not true)
            {
                continue;
            }

            if (value != "PrimaryPolicyComponent")
            {
                problems.Add(component, PolicyProblemCode.BadAttributeValue, $"priority can only be PrimaryPolicyComponent, not {Quote.Name(value!)}");
            }
            else if (++primaries > 1)
            {
                problems.Add(component, PolicyProblemCode.TwoPrimaries, "both components say that they are the primary one; remove one priority");
            }
        }
    }

    private sealed record AcmHeader(string? Name, AcmVersion? Version, AcmPolicyReference? From);

    private sealed record AcmLabelSet(string Bootstrap, List<VmLabel> Vms, List<ResourceLabel> Resources);
}
