using System.Text.Json;

namespace Shype.Attest.Appraisal.Bundles;

/// <summary>A claim that two results do not share.</summary>
/// <param name="Path">Where it stands: "$.submods.host.ear.status".</param>
/// <param name="Claimed">What the bundle's result says, JSON; null where it says nothing.</param>
/// <param name="Found">What the appraisal here says, JSON; null where it says nothing.</param>
public sealed record ClaimDifference(string Path, string? Claimed, string? Found)
{
    /// <summary>Compares two sets of claims, member by member, and says how many values were compared.</summary>
    public static (int Compared, IReadOnlyList<ClaimDifference> Differences) Find(ReadOnlyMemory<byte> claimed, ReadOnlyMemory<byte> found)
    {
        var comparison = new Comparison();
        try
        {
            using var left = JsonDocument.Parse(claimed);
            using var right = JsonDocument.Parse(found);
            comparison.Add("$", left.RootElement, right.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // JSON whose texts are no Unicode: members that nobody reads may hold it, and no claim of ours does.
            return (comparison.Compared, [.. comparison.Differences, new("$", "text that is not UTF-8", null)]);
        }

        return (comparison.Compared, comparison.Differences);
    }

    private sealed class Comparison
    {
        public int Compared { get; private set; }

        public List<ClaimDifference> Differences { get; } = [];

        public void Add(string path, JsonElement? claimed, JsonElement? found)
        {
            if (claimed is { ValueKind: JsonValueKind.Object } left && found is { ValueKind: JsonValueKind.Object } right)
            {
                foreach (var name in left.EnumerateObject().Concat(right.EnumerateObject()).Select(member => member.Name).Distinct(StringComparer.Ordinal))
                {
                    Add($"{path}.{name}", Member(left, name), Member(right, name));
                }
            }
            else if (claimed is { ValueKind: JsonValueKind.Array } items && found is { ValueKind: JsonValueKind.Array } others)
            {
                for (var i = 0; i < Math.Max(items.GetArrayLength(), others.GetArrayLength()); i++)
                {
                    Add($"{path}[{i}]", i < items.GetArrayLength() ? items[i] : null, i < others.GetArrayLength() ? others[i] : null);
                }
            }
            else
            {
                Compared++;
                if (claimed is not { } one || found is not { } other || !JsonElement.DeepEquals(one, other))
                {
                    Differences.Add(new(path, claimed?.GetRawText(), found?.GetRawText()));
                }
            }
        }

        private static JsonElement? Member(JsonElement element, string name) => element.TryGetProperty(name, out var member) ? member : null;
    }
}
