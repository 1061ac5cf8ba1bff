using System.CommandLine;
using System.Globalization;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype webhook</c>: who is told of changes of hosts' states.</summary>
public static class WebhookCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("webhook", "Add, list, remove and test webhooks: who is told when a host's state changes.")
    {
        Add(surroundings),
        List(surroundings),
        Remove(surroundings),
        Test(surroundings),
    };

    private static Command Add(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "What it is called" };
        var url = new Argument<string>("URL") { Description = "Where it is: https, unless the verifier's settings list host and port (WebhookTargets)" };
        var on = new Option<string?>("--on") { Description = "Only changes to these states, separated by commas; otherwise all", HelpName = "failed,unreachable" };
        var add = new Command(
            "add",
            """
            Tell somebody of every change of a host's state from now on. The secret that deliveries are signed with is printed once: docs/watch.md shows
            how a receiver checks them.

            Example:
              (umask 077; shype webhook add pager https://alerts.example/shype --on failed,unreachable > pager.secret)
            """)
        { name, url, on };
        return Connected.Of(surroundings, add, async (api, report, parsed, cancellationToken) =>
        {
            var request = new WebhookRequest { Name = parsed.GetRequiredValue(name), Url = parsed.GetRequiredValue(url), States = States(parsed.GetValue(on)) };
            var made = await api.PostAsync(Route, request, ProtocolJson.Default.WebhookRequest, ProtocolJson.Default.WebhookInfo, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(made, ProtocolJson.Default.WebhookInfo);
                return;
            }

            report.Line(Report.Visible(made.Secret ?? ""));
            report.Note($"secret of {made.Name}; it is shown this once");
        });
    }

    private static Command List(Surroundings surroundings) => Connected.Of(
        surroundings,
        new Command(
            "list",
            """
            List the webhooks, with how many changes each took and what became of the last attempt.

            Example:
              shype webhook list --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """),
        async (api, report, _, cancellationToken) => Write(report, await api.GetAsync(Route, ProtocolJson.Default.WebhookList, cancellationToken)));

    private static Command Remove(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "What it is called" };
        var remove = new Command(
            "remove",
            """
            Tell somebody no more; what was waiting for him is not sent.

            Example:
              shype webhook remove pager --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """)
        { name };
        return Connected.Of(surroundings, remove, async (api, report, parsed, cancellationToken) => Write(
            report, await api.DeleteAsync(VerifierApi.Path(Route, parsed.GetRequiredValue(name)), ProtocolJson.Default.WebhookList, cancellationToken)));
    }

    private static Command Test(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "What it is called" };
        var test = new Command(
            "test",
            """
            Send a message of type "test", now and once. Exit code 0: it was taken. 1: it was not; the reason is printed.

            Example:
              shype webhook test pager --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """)
        { name };
        return Connected.Of(surroundings, test, async (api, report, parsed, cancellationToken) =>
        {
            var result = await api.PostAsync(VerifierApi.Path(Route, parsed.GetRequiredValue(name), "test"), null, ProtocolJson.Default.WebhookTest, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(result, ProtocolJson.Default.WebhookTest);
            }
            else
            {
                report.Line(result.Delivered ? "taken" : "not taken: " + Report.Visible(result.Error ?? ""));
            }

            return result.Delivered ? ExitCode.Yes : ExitCode.Refused;
        });
    }

    private static IReadOnlyList<WatchState> States(string? text) => text is null ? []
        : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(word => Enum.TryParse<WatchState>(word, ignoreCase: true, out var state) && !char.IsAsciiDigit(word[0])
            ? state : throw CommandException.Unusable($"--on: '{word}' is no state; there are {string.Join(", ", Enum.GetValues<WatchState>().Select(EventText.Word))}"))];

    private static void Write(Report report, WebhookList list)
    {
        if (report.Json)
        {
            report.WriteIndented(list, ProtocolJson.Default.WebhookList);
            return;
        }

        new Page(report).Table(0, ["name", "url", "states", "taken", "given up", "last taken", "last failure"], list.Webhooks.Select(IReadOnlyList<(string, Style?)> (one) =>
        [
            (one.Name, Styles.Strong),
            (one.Url, null),
            (one.States.Count == 0 ? "all" : string.Join(',', one.States.Select(EventText.Word)), null),
            (one.Delivered.ToString(CultureInfo.InvariantCulture), null),
            (one.Dropped.ToString(CultureInfo.InvariantCulture), null),
            (one.LastDelivered is { } at ? Page.Moment(at) : "never", null),
            (one.LastError ?? "", null),
        ]));
    }

    private const string Route = "v1/webhooks";
}
