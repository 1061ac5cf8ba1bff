using System.Globalization;

namespace Shype.Attest.Load;

/// <summary>What is measured.</summary>
internal enum LoadMode
{
    /// <summary>A fleet on its connections, asked by the watch.</summary>
    Watch,

    /// <summary>Attestations as fast as they go.</summary>
    Attest,

    /// <summary>A large fleet that is only enrolled.</summary>
    Fleet,

    /// <summary>Many who ask about one host's VMs at once.</summary>
    Askers,

    /// <summary>Peers that say nothing, or say it slowly.</summary>
    Silent,
}

/// <summary>How large a fleet, how often asked, for how long.</summary>
internal sealed record LoadOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        usage: Shype.Attest.Load MODE [options]

          attest  attestations per second: challenge, evidence, appraisal, kept on the disk
                  [--hosts 64] [--connections 32] [--warm 40000] [--seconds 20]; --warm attestations are made before, so that code is compiled
          fleet   a fleet that is enrolled: cold start, memory for each host, time of one page of the list; and what a host adds that was heard
                  [--hosts 100000] [--heard 5000] [--connections 32]
          askers  many ask about the VMs of one host at once: how many quotes, how long
                  [--askers 10000] [--quote 250] [--connections 128]; a quote of the host takes --quote milliseconds, as a TPM's does
          silent  what peers that are silent or slow do to the others
                  [--peers 1000] [--hosts 32] [--rate 100] [--warm 40000] [--seconds 10], attestations per second in all; seconds without and with peers, twice
          watch   a fleet on its connections, asked by the verifier's watch
                  [--hosts 10000] [--interval 60] [--deadline 180] [--seconds 180]

        Starts the real verifier on a new state folder and speaks TLS with it. Each host has a key of its own (P-256), and each answer is a quote over the
        verifier's nonce. Beside each figure stands what bounds it, measured in the same run. Times are in seconds where nothing else is said.
          --database DATABASE  as shype-verifier takes it, an empty one; without, a SQLite file in the state folder
          --json               the figures as JSON
        Exit code 1 where an answer was not affirming, or the watch missed a deadline.
        """;

    /// <summary>What is measured.</summary>
    public LoadMode Mode { get; init; }

    /// <summary>How many hosts.</summary>
    public int Hosts { get; init; }

    /// <summary>How many connections carry requests.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>How many ask.</summary>
    public int Askers { get; init; } = 10_000;

    /// <summary>How many hosts are heard once.</summary>
    public int Heard { get; init; } = 5_000;

    /// <summary>How many attestations are made before what is measured.</summary>
    public int Warm { get; init; } = 40_000;

    /// <summary>How many peers are silent or slow.</summary>
    public int Peers { get; init; } = 1_000;

    /// <summary>How many attestations per second the healthy hosts make.</summary>
    public int Rate { get; init; } = 100;

    /// <summary>How long a quote takes.</summary>
    public TimeSpan Quote { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often each is asked.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one may be silent.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How long is measured.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>The database; empty for SQLite in the state folder.</summary>
    public string Database { get; init; } = "";

    /// <summary>Whether the figures are printed as JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Reads the command line; null where it is wrong.</summary>
    public static LoadOptions? Read(IReadOnlyList<string> arguments)
    {
        var options = arguments is [var mode, ..] ? Of(mode) : null;
        for (var i = 1; i < arguments.Count && options is not null; i++)
        {
            options = arguments[i] == "--json" ? options with { IsJson = true }
                : i + 1 < arguments.Count ? With(options, arguments[i], arguments[++i])
                : null;
        }

        return options;
    }

    private static LoadOptions? Of(string mode) => mode switch
    {
        "watch" => new LoadOptions { Mode = LoadMode.Watch, Hosts = 10_000 },
        "attest" => new LoadOptions { Mode = LoadMode.Attest, Hosts = 64, Duration = TimeSpan.FromSeconds(20) },
        // Most of it is silent for as long as this takes; nobody shall miss it.
        "fleet" => new LoadOptions { Mode = LoadMode.Fleet, Hosts = 100_000, Deadline = TimeSpan.FromDays(1) },
        "askers" => new LoadOptions { Mode = LoadMode.Askers, Hosts = 1, Connections = 128 },
        "silent" => new LoadOptions { Mode = LoadMode.Silent, Hosts = 32, Duration = TimeSpan.FromSeconds(10) },
        _ => null,
    };

    private static LoadOptions? With(LoadOptions options, string name, string text)
    {
        var number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
        return name switch
        {
            "--database" => options with { Database = text },
            "--hosts" when number > 0 && options.Mode != LoadMode.Askers => options with { Hosts = number },
            "--connections" when number > 0 => options with { Connections = number },
            "--askers" when number > 0 => options with { Askers = number },
            "--heard" when number > 0 => options with { Heard = number },
            "--warm" when number > 0 => options with { Warm = number },
            "--peers" when number > 0 => options with { Peers = number },
            "--rate" when number > 0 => options with { Rate = number },
            "--quote" when number > 0 => options with { Quote = TimeSpan.FromMilliseconds(number) },
            "--interval" when number > 0 => options with { Interval = TimeSpan.FromSeconds(number) },
            "--deadline" when number > 0 => options with { Deadline = TimeSpan.FromSeconds(number) },
            "--seconds" when number > 0 => options with { Duration = TimeSpan.FromSeconds(number) },
            _ => null,
        };
    }
}
