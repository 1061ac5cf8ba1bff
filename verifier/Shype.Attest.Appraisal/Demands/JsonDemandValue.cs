using System.Text.Json;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>A value of a JSON message, by its path.</summary>
internal sealed class JsonDemandValue(string path, JsonElement element) : IDemandValue
{
    public string Text() => element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 and <= DemandGrammar.MaxText } text
        ? TextRules.IndexOfForbidden(text) is var index and >= 0 ? throw Refuse($"character U+{(int)text[index]:X4} is not allowed") : text
        : throw Refuse($"text of 1 to {DemandGrammar.MaxText} characters is needed");

    public bool Flag() => element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Refuse("true or false is needed");

    public IReadOnlyList<IDemandValue> List() => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().Select((item, index) => new JsonDemandValue($"{path}[{index}]", item))]
        : throw Refuse("a list is needed");

    public IReadOnlyDictionary<string, IDemandValue> Members()
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("an object is needed");
        }

        var members = new Dictionary<string, IDemandValue>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.Length > DemandGrammar.MaxText || TextRules.IndexOfForbidden(member.Name) >= 0)
            {
                throw Refuse("a member has a name that is too long or cannot be shown");
            }

            if (!members.TryAdd(member.Name, new JsonDemandValue($"{path}.{member.Name}", member.Value)))
            {
                throw Refuse($"member '{member.Name}' is there twice");
            }
        }

        return members;
    }

    public Exception Refuse(string problem) => new DemandFormatException(path, problem);
}

/// <summary>Demands that are not understood; never leaves <see cref="DemandJson"/>.</summary>
internal sealed class DemandFormatException(string path, string problem) : Exception(problem)
{
    public ProtocolProblem Problem { get; } = new(path, 0, problem);
}
