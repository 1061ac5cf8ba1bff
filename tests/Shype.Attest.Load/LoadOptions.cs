using System.Globalization;

namespace Shype.Attest.Load;

/// <summary>How large a fleet, how often asked, for how long.</summary>
internal sealed record LoadOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        usage: Shype.Attest.Load watch [--hosts 10000] [--interval 60] [--deadline 180] [--seconds 180] [--database DATABASE]

        Starts the real verifier on a new state folder, enrols a fleet of simulated hosts, connects an agent for each over a TLS connection of its own,
        and lets the verifier's watch ask them. Each answer is a quote over the challenge's nonce, signed with the host's own P-256 key.
        Prints verdicts per second, missed deadlines, and the verifier's CPU time and memory. Times are in seconds.
        DATABASE is as shype-verifier takes it; without, a SQLite file in the state folder. Exit code 1 where a deadline was missed.
        """;

    /// <summary>How many hosts.</summary>
    public int Hosts { get; init; } = 10_000;

    /// <summary>How often each is asked.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one may be silent.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How long is measured, after all were heard once.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>The database; empty for SQLite in the state folder.</summary>
    public string Database { get; init; } = "";

    /// <summary>Reads the command line; null where it is wrong.</summary>
    public static LoadOptions? Read(IReadOnlyList<string> arguments)
    {
        if (arguments is not ["watch", ..] || arguments.Count % 2 == 0)
        {
            return null;
        }

        var options = new LoadOptions();
        for (var i = 1; i < arguments.Count; i += 2)
        {
            var number = int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
            var next = arguments[i] switch
            {
                "--hosts" when number > 0 => options with { Hosts = number },
                "--interval" when number > 0 => options with { Interval = TimeSpan.FromSeconds(number) },
                "--deadline" when number > 0 => options with { Deadline = TimeSpan.FromSeconds(number) },
                "--seconds" when number > 0 => options with { Duration = TimeSpan.FromSeconds(number) },
                "--database" => options with { Database = arguments[i + 1] },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            options = next;
        }

        return options;
    }
}
