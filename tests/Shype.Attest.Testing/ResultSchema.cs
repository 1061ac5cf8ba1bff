using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shype.Attest.Protocol;

namespace Shype.Attest.Testing;

/// <summary>
/// Holds results against <c>docs/results.schema.json</c>. It knows exactly the keywords of JSON Schema 2020-12 that the schema uses, and refuses any other, so that
/// nothing stands there which nobody checks.
/// </summary>
public sealed class ResultSchema
{
    private static readonly JsonElement Root = JsonElement.Parse(File.ReadAllBytes(Path.Combine(TestData.Root, "docs", "results.schema.json")));

    /// <summary>Fails with the first place that is not as the schema says.</summary>
    public static void Check(AttestationResult result)
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        CheckToken(ResultToken.Sign(key, "key", result));
    }

    /// <summary>The same for the claims of a token.</summary>
    public static void CheckToken(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        Check(Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])));
    }

    /// <summary>The same for claims as JSON.</summary>
    public static void Check(string claims)
    {
        var problem = Problem(Root, JsonElement.Parse(Encoding.UTF8.GetBytes(claims)), "$");
        if (problem is not null)
        {
            throw new InvalidDataException(problem);
        }
    }

    private static string? Problem(JsonElement schema, JsonElement value, string at)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Problem(keyword.Name, keyword.Value, schema, value, at) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? Problem(string keyword, JsonElement expected, JsonElement schema, JsonElement value, string at) => keyword switch
    {
        "$schema" or "$id" or "$defs" or "title" or "description" => null,
        "$ref" => Problem(Root.GetProperty("$defs").GetProperty(expected.GetString()!["#/$defs/".Length..]), value, at),
        "type" => Is(TypeOf(value) == expected.GetString(), at, $"is no {expected}"),
        "const" => Is(JsonElement.DeepEquals(value, expected), at, $"is not {expected}"),
        "enum" => Is(expected.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)), at, $"is none of {expected}"),
        "pattern" => Is(Regex.IsMatch(value.GetString()!, expected.GetString()!, RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)), at, $"does not match {expected}"),
        "minLength" => Is(value.GetString()!.Length >= expected.GetInt32(), at, "is too short"),
        "maxLength" => Is(value.GetString()!.Length <= expected.GetInt32(), at, "is too long"),
        "minimum" => Is(value.GetDouble() >= expected.GetDouble(), at, "is too small"),
        "maximum" => Is(value.GetDouble() <= expected.GetDouble(), at, "is too large"),
        "minItems" => Is(value.GetArrayLength() >= expected.GetInt32(), at, "has too few items"),
        "items" => value.EnumerateArray().Select((item, index) => Problem(expected, item, $"{at}[{index}]")).FirstOrDefault(problem => problem is not null),
        "minProperties" => Is(value.EnumerateObject().Count() >= expected.GetInt32(), at, "has too few members"),
        "maxProperties" => Is(value.EnumerateObject().Count() <= expected.GetInt32(), at, "has too many members"),
        "required" => expected.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}: {name} is missing").FirstOrDefault(),
        "properties" => value.EnumerateObject().Where(member => expected.TryGetProperty(member.Name, out _))
            .Select(member => Problem(expected.GetProperty(member.Name), member.Value, $"{at}.{member.Name}")).FirstOrDefault(problem => problem is not null),
        "propertyNames" => value.EnumerateObject().Select(member => Problem(expected, JsonElement.Parse(JsonEncodedText.Encode(member.Name) is var name ? Encoding.UTF8.GetBytes($"\"{name}\"") : []), $"{at}.{member.Name}"))
            .FirstOrDefault(problem => problem is not null),
        "additionalProperties" => value.EnumerateObject().Where(member => !schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(member.Name, out _))
            .Select(member => expected.ValueKind == JsonValueKind.False ? $"{at}.{member.Name} is not in the schema" : Problem(expected, member.Value, $"{at}.{member.Name}"))
            .FirstOrDefault(problem => problem is not null),
        _ => $"the schema uses '{keyword}', which this check does not know",
    };

    private static string? Is(bool good, string at, string problem) => good ? null : $"{at} {problem}";

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) || value.TryGetUInt64(out _) ? "integer" : "number",
        _ => "null",
    };
}
