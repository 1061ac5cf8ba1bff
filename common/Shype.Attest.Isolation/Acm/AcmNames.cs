namespace Shype.Attest.Isolation.Acm;

/// <summary>Reads the leaves of a policy file: text, names, versions.</summary>
internal sealed class AcmNames(ProblemList problems)
{
    /// <summary>A leaf's text as it is; null where it cannot be read one way only.</summary>
    public string? Text(AcmElement? leaf, params ReadOnlySpan<string> attributes)
    {
        if (leaf is null)
        {
            return null;
        }

        foreach (var attribute in leaf.Attributes.Keys)
        {
            if (!attributes.Contains(attribute))
            {
                problems.Add(leaf, PolicyProblemCode.UnexpectedAttribute, $"{leaf.Name} has no attribute {Quote.Name(attribute)}; remove it");
            }
        }

        if (leaf.Children.Count > 0)
        {
            problems.Add(leaf.Children[0], PolicyProblemCode.UnexpectedElement, $"{leaf.Name} holds text, not elements");
            return null;
        }

        if (leaf.HasOther)
        {
            problems.Add(leaf, PolicyProblemCode.BrokenText, $"{leaf.Name} holds a comment or CDATA section inside its text, which readers put together differently; move it out");
            return null;
        }

        if (leaf.Text.Length > AcmLimits.MaxTextLength)
        {
            problems.Add(leaf, PolicyProblemCode.TextTooLong, $"{leaf.Name} is longer than {AcmLimits.MaxTextLength} characters");
            return null;
        }

        return leaf.Text.ToString();
    }

    /// <summary>A type's name. Types never stand in label strings, so they may hold a colon.</summary>
    public string? Type(AcmElement leaf) => Check(leaf, Text(leaf), "a type", mayHoldColon: true);

    /// <summary>A policy's or label's name.</summary>
    public string? Name(AcmElement? leaf, params ReadOnlySpan<string> attributes) => leaf is null ? null : Check(leaf, Text(leaf, attributes), "a name", mayHoldColon: false);

    /// <summary>A name in an attribute; null where it is not there.</summary>
    public string? Attribute(AcmElement element, string attribute) => element.Attributes.TryGetValue(attribute, out var value)
        ? Check(element, value, $"{attribute}=", mayHoldColon: false)
        : null;

    public AcmVersion? Version(AcmElement? leaf)
    {
        if (Text(leaf) is not { } text)
        {
            return null;
        }

        if (AcmVersion.TryParse(text, out var version))
        {
            return version;
        }

        problems.Add(leaf!, PolicyProblemCode.BadVersion, $"{Quote.Name(text)} is no version; write major.minor with at most 8 digits each, as in 1.0");
        return null;
    }

    private string? Check(AcmElement at, string? name, string what, bool mayHoldColon)
    {
        if (name is null)
        {
            return null;
        }

        (PolicyProblemCode Code, string? Message) problem = name switch
        {
            { Length: 0 } => (PolicyProblemCode.EmptyName, $"{at.Name}: {what} is empty"),
            { Length: > AcmLimits.MaxTextLength } => (PolicyProblemCode.TextTooLong, $"{at.Name}: {what} is longer than {AcmLimits.MaxTextLength} characters"),
            _ when char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]) => (PolicyProblemCode.BadName, $"{Quote.Name(name)} has white space around it, which is part of the name to some readers; remove it"),
            _ when name.EnumerateRunes().Any(Quote.IsInvisible) => (PolicyProblemCode.BadName, $"{Quote.Name(name)} holds a control or invisible character; remove it"),
            _ when !mayHoldColon && name.Contains(':', StringComparison.Ordinal) => (PolicyProblemCode.BadName, $"{Quote.Name(name)} holds ':', which separates the parts of a label string (ACM:policy:label)"),
            _ => default,
        };
        if (problem.Message is null)
        {
            return name;
        }

        problems.Add(at, problem.Code, problem.Message);
        return null;
    }
}
