using Shype.Attest.Verifier.Hosting.Configuration;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>Options: one for each setting.</summary>
internal static class CommandLine
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        usage: shype-verifier --state DIR [options]
               shype-verifier backup FILE --state DIR    copies the SQLite database; the verifier may run meanwhile
               shype-verifier --check-config [options]   says each setting and where it stands, starts nothing; exit code 2 where one is wrong

          --state DIR                    database, keys and tokens; made with mode 0700 at the first start
          --ek-roots DIR                 more authorities (PEM or DER) whose TPMs are believed, beside the vendors' that are shipped
          --listen ADDRESS:PORT          default 127.0.0.1:8443; port 0 takes a free one and says which
          --require-approval true|false  whether an operator approves each host (default true)
          --database DATABASE            a SQLite file elsewhere, or 'postgres:Host=...;Database=...;Username=...'; the password
                                         stands in the file that DatabasePasswordFile names, or in PGPASSWORD
          --config FILE                  a JSON file with the section "Verifier"; docs/verifier.example.jsonc has every setting
          --help, --version

        Identity providers, client certificates, PKCS#11 keys and all limits are set in the file: docs/access.md, docs/verifier.md.
        Every setting is an option (ResultLifetime: --result-lifetime), can stand in the environment (Verifier__ResultLifetime) and in the file;
        the command line goes before the environment, the environment before the file.
        Exit codes: 0 ended, 2 wrong usage or set-up, 3 could not run.
        """;

    /// <summary>Reads the arguments into configuration keys.</summary>
    public static Dictionary<string, string?> Read(IReadOnlyList<string> arguments)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (!Keys.TryGetValue(name, out var key))
            {
                throw new SetupException($"'{name}' is not an option; {(Spelling.Nearest(name, Keys.Keys) is { } near ? $"did you mean {near}?" : "shype-verifier --help shows them")}");
            }

            value ??= ++i < arguments.Count ? arguments[i] : throw new SetupException($"{name} needs a value");
            if (!settings.TryAdd(key, value))
            {
                throw new SetupException($"{name} is given twice");
            }
        }

        return settings;
    }

    /// <summary>The key under which <see cref="Read"/> returns the configuration file.</summary>
    public const string ConfigKey = "config";

    private static readonly Dictionary<string, string> Keys =
        Setting.All.Where(setting => !setting.IsSection).ToDictionary(setting => setting.Flag, setting => setting.Key, StringComparer.Ordinal).Append(KeyValuePair.Create("--config", ConfigKey)).ToDictionary(StringComparer.Ordinal);
}
