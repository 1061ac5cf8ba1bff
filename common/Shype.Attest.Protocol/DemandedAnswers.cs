using System.Text.Json;

namespace Shype.Attest.Protocol;

/// <summary>Whether a result answers what its asker demanded.</summary>
public static class DemandedAnswers
{
    /// <summary>Why a yes is none for these demands: each must stand there in its order, for the part it was asked about and every other, and hold. Null where they do.</summary>
    public static string? Objection(AttestationResult result, IReadOnlyList<JsonElement> wanted)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(wanted);
        foreach (var (name, part) in result.Submods)
        {
            var answers = part.Guarantees?.Where(guarantee => guarantee.DemandedBy == "asker").ToList() ?? [];
            if (answers.Count != wanted.Count || answers.Zip(wanted).Any(pair => pair.First.Demand is not { } answered || !IsSame(answered, pair.Second)))
            {
                return $"part '{name}' does not answer what was demanded";
            }

            if (answers.Find(answer => answer.Verdict != "holds") is { } unproven)
            {
                return $"part '{name}' does not prove '{unproven.Id}'";
            }
        }

        return null;
    }

    // Lists of labels are sets: a verifier repeats them in its own order.
    private static bool IsSame(JsonElement left, JsonElement right) => (left.ValueKind, right.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => left.EnumerateObject().Count() == right.EnumerateObject().Count()
            && left.EnumerateObject().All(member => right.TryGetProperty(member.Name, out var other) && IsSame(member.Value, other)),
        (JsonValueKind.Array, JsonValueKind.Array) => Texts(left) is { } labels && Texts(right) is { } others ? labels.SetEquals(others) : JsonElement.DeepEquals(left, right),
        _ => JsonElement.DeepEquals(left, right),
    };

    private static HashSet<string>? Texts(JsonElement list) =>
        list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : null;
}
