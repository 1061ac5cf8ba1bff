using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Hosting.Configuration;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>The example file and its JSON schema, written from the settings and their comments.</summary>
internal static partial class SettingsText
{
    public const string ExampleState = "/var/lib/shype-verifier";

    public static string Example()
    {
        var comments = Comments();
        var text = new StringBuilder("// Every setting of shype-verifier with its default (docs/operations.md). Only State is needed; leave out what you do not change.\n{\n");
        text.Append("  \"$schema\": \"./verifier.schema.json\",\n  \"Verifier\": {\n");
        foreach (var setting in Setting.All)
        {
            text.Append($"    // {comments[setting.Name]}{Bounds(setting)}\n    \"{setting.Name}\": {Value(setting)}{(setting == Setting.All[^1] ? "" : ",")}\n");
        }

        return text.Append("  }\n}\n").ToString();
    }

    public static string Schema()
    {
        var comments = Comments();
        var settings = new JsonObject();
        foreach (var setting in Setting.All)
        {
            settings[setting.Name] = SchemaOf(setting, comments[setting.Name] + Bounds(setting));
        }

        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Settings of shype-verifier",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject
            {
                ["$schema"] = new JsonObject { ["type"] = "string" },
                ["Logging"] = new JsonObject { ["type"] = "object" },
                [VerifierOptions.Section] = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["required"] = new JsonArray("State"), ["properties"] = settings },
            },
        };
        return schema.ToJsonString(Written) + "\n";
    }

    private static JsonObject SchemaOf(Setting setting, string description)
    {
        JsonObject schema = new() { ["description"] = description };
        if (setting.IsSection)
        {
            schema["type"] = new JsonArray("object", "null");
        }
        else if (setting.Type == typeof(string[]))
        {
            (schema["type"], schema["items"]) = ("array", new JsonObject { ["type"] = "string" });
        }
        else
        {
            schema["type"] = setting.Type == typeof(bool) ? "boolean" : setting.Type == typeof(int) ? "integer" : setting.Default is null ? new JsonArray("string", "null") : "string";
        }

        if (setting.Type == typeof(TimeSpan))
        {
            schema["pattern"] = @"^(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?$";
        }

        if (setting is { Range: { } range } && setting.Type == typeof(int))
        {
            (schema["minimum"], schema["maximum"]) = (int.Parse(range.Least, null), int.Parse(range.Most, null));
        }

        if (setting.Choices is { } words)
        {
            schema["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]);
        }

        return schema;
    }

    private static string Bounds(Setting setting) =>
        setting.Range is { } range ? $" From {range.Least} to {range.Most}." : setting.Choices is { } words ? $" One of {string.Join(", ", words)}." : "";

    private static string Value(Setting setting) => setting.Name == nameof(VerifierOptions.State) ? $"\"{ExampleState}\"" : setting.Default switch
    {
        null => "null",
        bool or int => Setting.Text(setting.Default),
        string[] => "[]",
        _ => $"\"{Setting.Text(setting.Default)}\"",
    };

    // The compiler's documentation file lies beside the program.
    private static Dictionary<string, string> Comments()
    {
        const string prefix = "P:Shype.Attest.Verifier.Hosting.VerifierOptions.";
        return XDocument.Load(Path.Combine(AppContext.BaseDirectory, "shype-verifier.xml")).Descendants("member")
            .Where(member => member.Attribute("name")!.Value.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(member => member.Attribute("name")!.Value[prefix.Length..], member => Plain(member.Element("summary")!), StringComparer.Ordinal);
    }

    private static string Plain(XElement summary)
    {
        foreach (var reference in summary.Descendants("see").ToList())
        {
            reference.ReplaceWith(reference.Attribute("cref")!.Value.Split('.')[^1]);
        }

        return Blanks().Replace(summary.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
