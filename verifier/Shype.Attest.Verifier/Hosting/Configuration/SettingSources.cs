using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;

namespace Shype.Attest.Verifier.Hosting.Configuration;

/// <summary>Where a setting stands: the last of file, environment and command line that has it.</summary>
internal static class SettingSources
{
    /// <summary>Says it in words; null where nobody sets it.</summary>
    public static string? Of(IConfigurationRoot configuration, string key) =>
        configuration.Providers.LastOrDefault(provider => provider.TryGet(key, out _) || provider.GetChildKeys([], key).Any()) switch
        {
            null => null,
            JsonConfigurationProvider json => json.Source.FileProvider?.GetFileInfo(json.Source.Path ?? "").PhysicalPath ?? json.Source.Path,
            EnvironmentVariablesConfigurationProvider => "environment " + key.Replace(":", "__", StringComparison.Ordinal),
            MemoryConfigurationProvider => "command line",
            var other => other.GetType().Name,
        };
}
