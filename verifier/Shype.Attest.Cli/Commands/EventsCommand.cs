using System.CommandLine;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype events</c>: changes of hosts' states as they happen.</summary>
public static class EventsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        var after = new Option<long?>("--after") { Description = "Begin after this event; 0 for all that are kept. Otherwise from now on", HelpName = "NUMBER" };
        var count = new Option<int?>("--count") { Description = "End after so many events", HelpName = "N" };
        var events = new Command(
            "events",
            """
            Print changes of hosts' states as they happen, one to a line, until it is interrupted. A connection that breaks is made again, and nothing is
            left out. With --json each line is one event.

            Examples:
              shype events --server https://verifier:8443 --ca cert.pem --token-file viewer.token
              shype events --after 0 --json | jq 'select(.to == "failed")'
            """)
        { after, count };
        return Connected.Of(surroundings, events, async (api, report, parsed, cancellationToken) =>
        {
            var (last, left, failures) = (parsed.GetValue(after), parsed.GetValue(count) ?? int.MaxValue, 0);
            while (left > 0)
            {
                try
                {
                    await foreach (var (id, change) in api.EventsAsync(last, cancellationToken))
                    {
                        (last, failures) = (id, 0);
                        if (change is not null)
                        {
                            await PrintAsync(surroundings, report, change);
                            left--;
                        }

                        if (left <= 0)
                        {
                            return;
                        }
                    }
                }
                // A refusal is told; a connection that broke is made again.
                catch (CommandException refused) when (refused.ExitCode == ExitCode.CouldNotAsk && last is not null && ++failures <= MaxFailures)
                {
                    report.Note(refused.Message);
                }

                await Task.Delay(TimeSpan.FromSeconds(Math.Min(1 << failures, 30)), cancellationToken);
            }
        });
    }

    private static async Task PrintAsync(Surroundings surroundings, Report report, HostEvent change)
    {
        if (report.Json)
        {
            report.Write(change, ProtocolJson.Default.HostEvent);
        }
        else
        {
            new EventText(report).Write(change);
        }

        await surroundings.Output.FlushAsync();
    }

    private const int MaxFailures = 20;
}
