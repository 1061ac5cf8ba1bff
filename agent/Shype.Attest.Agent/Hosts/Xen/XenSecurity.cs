namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>Xen's security module, and whether it refuses what its policy forbids.</summary>
/// <param name="Module">"flask", "silo", "dummy"; null where nobody could tell.</param>
/// <param name="Enforcing">Whether it enforces.</param>
internal sealed record XenSecurity(string? Module, bool Enforcing)
{
    /// <summary>For a record: null where it is unknown.</summary>
    public string? Text => Module switch
    {
        null => null,
        "flask" => Enforcing ? "flask enforcing" : "flask permissive",
        _ => Module,
    };

    /// <summary>
    /// Told from three witnesses: <c>xl getenforce</c>, which only FLASK answers; the build configuration, without XSM in which nothing can be; and the command
    /// line, which chooses between the modules that were built in. What they leave open is unknown.
    /// </summary>
    /// <param name="enforce">What <c>xl getenforce</c> said; null where it said nothing.</param>
    /// <param name="configuration">The build configuration; null where it is not to be had.</param>
    /// <param name="commandLine">Xen's command line.</param>
    public static XenSecurity Of(string? enforce, string? configuration, string commandLine)
    {
        switch (enforce?.Trim())
        {
            case "Enforcing":
                return new("flask", true);
            case "Permissive":
                return new("flask", false);
        }

        if (configuration is null)
        {
            return new(null, false);
        }

        var lines = configuration.Split('\n').Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        if (!lines.Contains("CONFIG_XSM=y"))
        {
            return new("dummy", false);
        }

        var chosen = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(word => word.StartsWith("xsm=", StringComparison.Ordinal))?[4..];
        return (chosen ?? (lines.Contains("CONFIG_XSM_SILO_DEFAULT=y") ? "silo" : lines.Contains("CONFIG_XSM_DUMMY_DEFAULT=y") ? "dummy" : null)) switch
        {
            "silo" when lines.Contains("CONFIG_XSM_SILO=y") => new("silo", true),
            "dummy" => new("dummy", false),
            // FLASK that does not answer may be off, or not have been asked.
            _ => new(null, false),
        };
    }
}
