using System.Text.Json;

namespace Shype.Attest.Verifier.Hosting.Configuration;

/// <summary>
/// Reads the options from file, environment and command line, the later before the earlier. All that is wrong is said at once: the key, where it
/// stands, its value unless that could be a secret, and the form that it must have.
/// </summary>
internal static class SettingsReader
{
    /// <summary>Adds file, environment and command line to a configuration.</summary>
    public static IConfigurationRoot Load(IConfigurationBuilder configuration, IReadOnlyList<string> arguments)
    {
        var given = CommandLine.Read(arguments);
        if (given.Remove(CommandLine.ConfigKey, out var file))
        {
            CheckFile(file!);
            // The environment once more, so that it stands above the file.
            configuration.AddJsonFile(Path.GetFullPath(file!), optional: false).AddEnvironmentVariables();
        }

        return configuration.AddInMemoryCollection(given).Build();
    }

    /// <summary>Reads the options; a <see cref="SetupException"/> lists every problem.</summary>
    public static VerifierOptions Read(IConfigurationRoot configuration)
    {
        var section = configuration.GetSection(VerifierOptions.Section);
        var options = new VerifierOptions();
        List<string> problems = [.. section.GetChildren().Where(child => !Setting.All.Any(setting => Is(setting, child.Key))).Select(child => Unknown(configuration, child))];
        problems.AddRange(Setting.All.Where(setting => setting.IsSection).SelectMany(setting => section.GetSection(setting.Name).GetChildren()
            .Where(child => !setting.Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => Said(configuration, $"{setting.Name}:{child.Key}", "is not a setting; " + Meant(child.Key, setting.Keys)))));
        HashSet<string> unread = new(StringComparer.Ordinal);
        foreach (var setting in Setting.All.Where(setting => section.GetSection(setting.Name).Exists()))
        {
            if (setting.TryRead(section.GetSection(setting.Name), out var value, out var problem))
            {
                setting.Put(options, value);
                continue;
            }

            unread.Add(setting.Name);
            problems.Add(Said(configuration, setting.Name, problem!));
        }

        // A value that could not be read is not judged a second time as the default that it is not.
        problems.AddRange(options.Problems().Select(text => text.Split(": ", 2)).Where(parts => !unread.Contains(parts[0])).Select(parts => Said(configuration, parts[0], parts[1])));
        return problems.Count switch
        {
            0 => options,
            1 => throw new SetupException(problems[0]),
            var many => throw new SetupException($"{many} settings are wrong:\n  {string.Join("\n  ", problems)}"),
        };
    }

    private static string Said(IConfigurationRoot configuration, string name, string problem) =>
        $"{VerifierOptions.Section}:{name}{(SettingSources.Of(configuration, $"{VerifierOptions.Section}:{name}") is { } source ? $" ({source})" : "")}: {problem}";

    private static string Unknown(IConfigurationRoot configuration, IConfigurationSection child) =>
        Said(configuration, child.Key, "is not a setting; " + Meant(child.Key, Setting.All.Select(setting => setting.Name)));

    private static string Meant(string written, IEnumerable<string> known) =>
        Spelling.Nearest(written, known) is { } near ? $"did you mean {near}?" : $"there are {string.Join(", ", known)}";

    private static bool Is(Setting setting, string key) => string.Equals(setting.Name, key, StringComparison.OrdinalIgnoreCase);

    // What the framework says about a file names neither line nor cure; and a misspelt section would be a file that sets nothing.
    private static void CheckFile(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new SetupException($"{file}: is no JSON object with the section \"{VerifierOptions.Section}\"");
            }

            if (document.RootElement.EnumerateObject().FirstOrDefault(member => !Sections.Contains(member.Name, StringComparer.OrdinalIgnoreCase)) is { Value.ValueKind: not JsonValueKind.Undefined } other)
            {
                throw new SetupException($"{file}: \"{other.Name}\" is not a section; {Meant(other.Name, Sections)}");
            }
        }
        catch (JsonException refused)
        {
            throw new SetupException($"{file}: is not JSON: {refused.Message}");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{file}: cannot be read: {refused.Message}");
        }
    }

    // "Logging" is the framework's own: levels by category.
    private static readonly string[] Sections = [VerifierOptions.Section, "Logging", "$schema"];
}
