using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Testing;

/// <summary>Our table of directions as a permission map of setools: its own knows no class of Xen.</summary>
public static class PermissionMap
{
    /// <summary>The lines of the file.</summary>
    public static IEnumerable<string> Lines()
    {
        var classes = CommunicationRules.All.GroupBy(entry => entry.Class).ToList();
        return [$"{classes.Count}", .. classes.SelectMany(entries => (string[])
        [
            "", $"class {entries.Key} {entries.Count()}",
            .. entries.Select(entry => $"{entry.Permission} {entry.Direction switch { FlowDirection.Both => 'b', FlowDirection.Read => 'r', _ => 'w' }} 10"),
        ])];
    }
}
