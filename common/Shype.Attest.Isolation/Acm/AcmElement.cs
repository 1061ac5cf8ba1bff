using System.Text;

namespace Shype.Attest.Isolation.Acm;

/// <summary>An element of a policy file that has been read, not yet understood.</summary>
internal sealed class AcmElement(string name, int line, int column)
{
    public string Name { get; } = name;

    public int Line { get; } = line;

    public int Column { get; } = column;

    public Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

    public List<AcmElement> Children { get; } = [];

    /// <summary>All text directly in it, white space included.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Whether comments, CDATA sections or instructions stand directly in it.</summary>
    public bool HasOther { get; set; }
}
