namespace Shype.Attest.Isolation.Acm;

/// <summary>Walks an element's children in the order that the schema's sequence has them; what is left over at the end is refused.</summary>
internal sealed class AcmSequence
{
    private readonly AcmElement _parent;
    private readonly ProblemList _problems;
    private int _next;

    public AcmSequence(AcmElement parent, ProblemList problems, params ReadOnlySpan<string> attributes)
    {
        (_parent, _problems) = (parent, problems);
        foreach (var name in parent.Attributes.Keys)
        {
            if (!attributes.Contains(name))
            {
                problems.Add(parent, PolicyProblemCode.UnexpectedAttribute, $"{parent.Name} has no attribute {Quote.Name(name)}; remove it");
            }
        }

        if (!string.IsNullOrWhiteSpace(parent.Text.ToString()))
        {
            problems.Add(parent, PolicyProblemCode.UnexpectedText, $"{parent.Name} holds elements, not text");
        }
    }

    public AcmElement? Optional(string name) => _next < _parent.Children.Count && _parent.Children[_next].Name == name ? _parent.Children[_next++] : null;

    public AcmElement? Required(string name)
    {
        if (Optional(name) is { } found)
        {
            return found;
        }

        var here = _next < _parent.Children.Count ? _parent.Children[_next] : _parent;
        _problems.Add(here, PolicyProblemCode.MissingElement, $"{_parent.Name} needs a {name} here");
        return null;
    }

    /// <summary>All that follow with this name, of which there must be <paramref name="atLeast"/>, and of which no more than <paramref name="atMost"/> are looked at.</summary>
    public IReadOnlyList<AcmElement> Many(string name, int atLeast, int atMost)
    {
        var found = new List<AcmElement>();
        while (Optional(name) is { } element)
        {
            found.Add(element);
        }

        if (found.Count < atLeast)
        {
            Required(name);
        }

        if (found.Count > atMost)
        {
            _problems.Add(found[atMost], PolicyProblemCode.TooMany, $"more than {atMost} {name} in {_parent.Name}");
            found.RemoveRange(atMost, found.Count - atMost);
        }

        return found;
    }

    public void End()
    {
        for (; _next < _parent.Children.Count && !_problems.IsFull; _next++)
        {
            var extra = _parent.Children[_next];
            _problems.Add(extra, PolicyProblemCode.UnexpectedElement, $"{_parent.Name} does not have {Quote.Name(extra.Name)} here; the schema fixes which elements there are, how often, and their order");
        }
    }
}
