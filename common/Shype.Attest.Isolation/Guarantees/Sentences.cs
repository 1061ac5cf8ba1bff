namespace Shype.Attest.Isolation.Guarantees;

/// <summary>Words made into sentences.</summary>
internal static class Sentences
{
    /// <summary>With a capital, unless it begins with a quoted name.</summary>
    public static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
