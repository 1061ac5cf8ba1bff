using System.Text.Json;

namespace Shype.Attest.Appraisal.References;

/// <summary>One entry of a document that is not in another, or is there differently.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Section">The list of the document, "vms".</param>
/// <param name="Name">The entry's name; for a number, the number.</param>
/// <param name="Lines">The members that differ, "image: OLD -> NEW"; of one that was added, all.</param>
public sealed record ReferenceChange(ReferenceChangeKind Kind, string Section, string Name, IReadOnlyList<string> Lines);

/// <summary>What became of an entry.</summary>
public enum ReferenceChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>It is another.</summary>
    Changed,
}

/// <summary>Says what differs between two documents, entry by entry.</summary>
public static class ReferenceDiff
{
    /// <summary>The changes from one document to another, in the order of the sections.</summary>
    public static IReadOnlyList<ReferenceChange> Between(ReferenceDocument before, ReferenceDocument after)
    {
        // Over the JSON form, so that every section that the format has or gets is compared without being named here.
        using var old = JsonDocument.Parse(ReferenceSet.Encode(before));
        using var next = JsonDocument.Parse(ReferenceSet.Encode(after));
        var (from, to) = (Entries(old.RootElement), Entries(next.RootElement));
        return [.. from.Concat(to).Select(group => group.Key).Distinct().SelectMany(key => Compare(key, from[key], to[key]))];
    }

    private static IEnumerable<ReferenceChange> Compare((string Section, string Name) key, IEnumerable<string> before, IEnumerable<string> after)
    {
        // Entries of one name are alternatives: compared as a set.
        List<string> removed = [.. before.Except(after, StringComparer.Ordinal)], added = [.. after.Except(before, StringComparer.Ordinal)];
        if (removed is [var old] && added is [var next])
        {
            return [new(ReferenceChangeKind.Changed, key.Section, key.Name, Differences(old, next))];
        }

        return [
            .. removed.Select(_ => new ReferenceChange(ReferenceChangeKind.Removed, key.Section, key.Name, [])),
            .. added.Select(entry => new ReferenceChange(ReferenceChangeKind.Added, key.Section, key.Name, [.. Members(entry).Select(member => $"{member.Key}: {member.Value}")])),
        ];
    }

    private static List<string> Differences(string before, string after)
    {
        var (old, next) = (Members(before), Members(after));
        return [.. old.Keys.Union(next.Keys, StringComparer.Ordinal).Where(path => old.GetValueOrDefault(path) != next.GetValueOrDefault(path))
            .Select(path => $"{path}: {old.GetValueOrDefault(path, "absent")} -> {next.GetValueOrDefault(path, "absent")}")];
    }

    private static ILookup<(string Section, string Name), string> Entries(JsonElement document)
    {
        List<((string, string) Key, string Content)> entries = [];
        foreach (var section in document.EnumerateObject())
        {
            if (section.Value.ValueKind != JsonValueKind.Array)
            {
                entries.Add(((section.Name, section.Name), section.Value.GetRawText()));
                continue;
            }

            foreach (var entry in section.Value.EnumerateArray())
            {
                entries.Add(((section.Name, NameOf(entry)), entry.GetRawText()));
            }
        }

        return entries.ToLookup(entry => entry.Key, entry => entry.Content);
    }

    private static string NameOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : entry.GetRawText();

    private static Dictionary<string, string> Members(string json)
    {
        using var document = JsonDocument.Parse(json);
        Dictionary<string, string> members = new(StringComparer.Ordinal);
        Flatten(document.RootElement, "", members);
        return members;
    }

    private static void Flatten(JsonElement element, string path, Dictionary<string, string> members)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Flatten(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", members);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Flatten(item, $"{path}[{index++}]", members);
                }

                break;
            default:
                members[path.Length == 0 ? "value" : path] = element.ToString();
                break;
        }
    }
}
