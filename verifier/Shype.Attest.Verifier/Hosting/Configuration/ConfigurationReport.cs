using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Verifier.Hosting.Configuration;

/// <summary><c>--check-config</c>: every setting with its value and where it stands; nothing is opened, made or changed.</summary>
internal static class ConfigurationReport
{
    /// <summary>The report; a <see cref="SetupException"/> where a setting is wrong.</summary>
    public static string Write(IReadOnlyList<string> arguments)
    {
        var configuration = SettingsReader.Load(new ConfigurationBuilder().AddEnvironmentVariables(), arguments);
        var options = SettingsReader.Read(configuration);
        using var database = Databases.Of(options);
        CheckFiles(configuration, options);
        var report = new StringBuilder();
        foreach (var setting in Setting.All)
        {
            var value = setting.Name == nameof(VerifierOptions.Database) ? database.Name
                : setting.IsSecret && !setting.IsDefault(setting.Of(options)) ? Masked
                : Setting.Text(setting.Of(options));
            report.Append($"{setting.Key} = {TextRules.Escape(value)}   ({SettingSources.Of(configuration, setting.Key) ?? "default"})\n");
        }

        return report.ToString();
    }

    private static void CheckFiles(IConfigurationRoot configuration, VerifierOptions options)
    {
        List<string> absent = [.. Setting.All.Where(setting => setting.Name is nameof(options.TlsCertificate) or nameof(options.TlsKey) || setting.Name.EndsWith("File", StringComparison.Ordinal))
            .Where(setting => setting.Of(options) is string { Length: > 0 } file && !File.Exists(file))
            .Select(setting => $"{setting.Key} ({SettingSources.Of(configuration, setting.Key)}): {setting.Of(options)}: there is no such file")];
        if (options.EkRoots is { Length: > 0 } roots && !Directory.Exists(roots))
        {
            absent.Add($"{VerifierOptions.Section}:{nameof(options.EkRoots)}: {roots}: there is no such folder");
        }

        if (absent.Count > 0)
        {
            throw new SetupException(string.Join("\n  ", absent));
        }
    }

    private const string Masked = "***";
}
