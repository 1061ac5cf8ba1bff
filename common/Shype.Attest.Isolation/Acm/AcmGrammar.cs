namespace Shype.Attest.Isolation.Acm;

/// <summary>The elements of the 2007-07-12 schema, top down, each method one element.</summary>
internal sealed class AcmGrammar(ProblemList problems)
{
    private readonly AcmNames _names = new(problems);
    private readonly AcmRules _rules = new(problems);

    /// <summary>What is put before messages about the second file of 2005.</summary>
    public const string InLabelTemplate = "in the label template: ";

    // SecurityPolicyDefinition: PolicyHeader [SimpleTypeEnforcement] [ChineseWall] SecurityLabelTemplate (in 2005 a root of its own, in a second file)
    public AcmPolicy? Policy(AcmElement root, AcmElement? labelTemplate = null)
    {
        var generation = new AcmGeneration(problems);
        if (!generation.IsReadable(root, labelTemplate))
        {
            return null;
        }

        var parts = new AcmSequence(root, problems);
        var headerElement = parts.Required("PolicyHeader");
        var header = labelTemplate is null ? Header(headerElement) : HeaderOf2005(headerElement);
        var typeEnforcement = parts.Optional("SimpleTypeEnforcement");
        var steTypes = TypeEnforcement(typeEnforcement);
        var chineseWall = parts.Optional("ChineseWall");
        var (chWallTypes, conflictSets) = ChineseWall(chineseWall);
        var reader = new AcmLabelReader(problems, steTypes, chWallTypes, conflictSets);
        var labels = labelTemplate is null ? Labels(parts.Required("SecurityLabelTemplate"), reader) : null;
        parts.End();
        if (labelTemplate is not null)
        {
            problems.File = InLabelTemplate;
            labels = LabelsOf2005(labelTemplate, header?.Name, reader);
            problems.File = "";
        }

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

        var version = VersionOrNone(element, parts);
        var from = FromPolicy(parts.Optional("FromPolicy"));
        parts.End();
        return new(name, version, from);
    }

    // The schemas of 2006 did not have a version, and that of 2007-03-28 did not ask for one.
    private AcmVersion? VersionOrNone(AcmElement header, AcmSequence parts)
    {
        if (parts.Optional("Version") is { } version)
        {
            return _names.Version(version);
        }

        return problems.Allows(
            header,
            PolicyProblemCode.MissingElement,
            "PolicyHeader needs a Version here (schemas before 2007-07-09 let it be left out; they are read as legacy only)",
            "no Version: read as 0.0") ? default(AcmVersion) : null;
    }

    // 2005, PolicyHeader: Name Date
    private AcmHeader? HeaderOf2005(AcmElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var parts = new AcmSequence(element, problems);
        var name = _names.Name(parts.Required("Name"));
        _names.Text(parts.Required("Date"));
        parts.End();
        problems.Allows(element, PolicyProblemCode.OlderGeneration, "", "two files of 2005, without a version: read as 0.0");
        return new(name, default(AcmVersion), null);
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
        var name = _names.Attribute(element, "name");
        if (!element.Attributes.ContainsKey("name") && problems.Allows(element, PolicyProblemCode.MissingAttribute, "Conflict needs a name", "no name: read as an empty one"))
        {
            name = "";
        }

        var types = _rules.Distinct(leaves, _names.Type, "type", "in this conflict set");
        _rules.AddConflictSet(element, name, _rules.DeclaredOnly(types, known, "Chinese Wall"), sets);
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
        leaves = [.. leaves.Where(leaf => leaf.Text.Length > 0 || !problems.IsLegacy || !problems.Allows(leaf, PolicyProblemCode.EmptyName, "", "an empty Type is left out"))];
        return [.. _rules.Distinct(leaves, _names.Type, "type", "declared").Select(type => type.Name)];
    }

    // SecurityLabelTemplate: [SubjectLabels@bootstrap{VirtualMachineLabel+}] [ObjectLabels{ResourceLabel+}]
    private AcmLabelSet? Labels(AcmElement? template, AcmLabelReader reader)
    {
        if (template is null)
        {
            return null;
        }

        return Labels(new AcmSequence(template, problems), reader);
    }

    // 2005, SecurityLabelTemplate: LabelHeader{Name Date PolicyName{Url Reference}} [SubjectLabels] [ObjectLabels]
    private AcmLabelSet? LabelsOf2005(AcmElement template, string? definition, AcmLabelReader reader)
    {
        var parts = new AcmSequence(template, problems);
        if (parts.Required("LabelHeader") is { } header)
        {
            var inside = new AcmSequence(header, problems);
            _names.Name(inside.Required("Name"));
            _names.Text(inside.Required("Date"));
            if (inside.Required("PolicyName") is { } policyName)
            {
                var reference = new AcmSequence(policyName, problems);
                var url = reference.Required("Url");
                _names.Text(reference.Required("Reference"));
                reference.End();
                if (url is not null && definition is not null && _names.Text(url) is { } text && text != definition + ".xml")
                {
                    problems.Add(url, PolicyProblemCode.OtherDefinition, $"it was made for {Quote.Name(text)}, and the definition is {Quote.Name(definition)}");
                }
            }

            inside.End();
        }

        return Labels(parts, reader);
    }

    private static AcmLabelSet? Labels(AcmSequence parts, AcmLabelReader reader)
    {
        // The schema lets SubjectLabels be left out; such a policy has no label even for the host and can start nothing.
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
