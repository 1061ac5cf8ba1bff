namespace Shype.Attest.Isolation.Acm;

/// <summary>Where in its file an accepted policy says something.</summary>
internal sealed class AcmPlaces
{
    private readonly Dictionary<(string Kind, string Name), AcmElement> _places = [];

    private readonly HashSet<AcmElement> _inTemplate;

    public AcmPlaces(AcmElement? root, AcmElement? labelTemplate)
    {
        Note(labelTemplate, "");
        _inTemplate = [.. _places.Values];
        Note(root, "");
    }

    /// <summary>What to put before a message about the element: its line is of the second file where there are two.</summary>
    public string FileOf(AcmElement? element) => element is not null && _inTemplate.Contains(element) ? AcmGrammar.InLabelTemplate : "";

    /// <summary>The first element of that kind with that name; null where there is none.</summary>
    public AcmElement? Find(string kind, string name) => _places.GetValueOrDefault((kind, name));

    public static string KeyOf(ConflictSet set) => set.Name + "\n" + string.Join('\n', set.Types);

    // No recursion beyond AcmLimits.MaxDepth.
    private void Note(AcmElement? element, string component)
    {
        if (element is null)
        {
            return;
        }

        var isComponent = element.Name is "SimpleTypeEnforcement" or "ChineseWall";
        foreach (var child in element.Children)
        {
            Note(child, isComponent ? element.Name : element.Name is "SimpleTypeEnforcementTypes" or "ChineseWallTypes" ? component : "");
        }

        (string Kind, string Name)? place = element.Name switch
        {
            "Type" when component.Length > 0 => (component, element.Text.ToString()),
            "Conflict" => ("Conflict", element.Attributes.GetValueOrDefault("name") + "\n" + string.Join('\n', ByteOrder.Sort(element.Children.Select(type => type.Text.ToString())))),
            "VirtualMachineLabel" or "ResourceLabel" => (element.Name, element.Children.Find(child => child.Name == "Name")?.Text.ToString() ?? ""),
            "SimpleTypeEnforcement" or "ChineseWall" or "SubjectLabels" or "FromPolicy" => (element.Name, ""),
            _ => null,
        };
        if (place is { } known)
        {
            _places.TryAdd(known, element);
        }
    }
}
