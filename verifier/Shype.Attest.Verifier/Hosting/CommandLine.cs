namespace Shype.Attest.Verifier.Hosting;

/// <summary>The few options that are given by hand; all others are set by file or environment.</summary>
internal static class CommandLine
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        usage: shype-verifier --state DIR [options]
               shype-verifier backup FILE --state DIR    copies the SQLite database; the verifier may run meanwhile

          --state DIR                    database, keys and tokens; made with mode 0700 at the first start
          --ek-roots DIR                 more authorities (PEM or DER) whose TPMs are believed, beside the vendors' that are shipped
          --listen ADDRESS:PORT          default 127.0.0.1:8443; port 0 takes a free one and says which
          --require-approval true|false  whether an operator approves each host (default true)
          --database DATABASE            a SQLite file elsewhere, or 'postgres:Host=...;Database=...;Username=...'; the password
                                         stands in the file that DatabasePasswordFile names, or in PGPASSWORD
          --config FILE                  a JSON file with the section "Verifier"
          --help, --version

        Identity providers, client certificates, PKCS#11 keys and all limits are set in the file: docs/access.md, docs/verifier.md.
        Every option can stand in the file or in the environment: Verifier__State, Verifier__EkRoots, ...
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
                throw new SetupException($"'{name}' is not an option; shype-verifier --help shows them");
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

    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["--state"] = $"{VerifierOptions.Section}:{nameof(VerifierOptions.State)}",
        ["--ek-roots"] = $"{VerifierOptions.Section}:{nameof(VerifierOptions.EkRoots)}",
        ["--listen"] = $"{VerifierOptions.Section}:{nameof(VerifierOptions.Listen)}",
        ["--require-approval"] = $"{VerifierOptions.Section}:{nameof(VerifierOptions.RequireApproval)}",
        ["--database"] = $"{VerifierOptions.Section}:{nameof(VerifierOptions.Database)}",
        ["--config"] = ConfigKey,
    };
}
