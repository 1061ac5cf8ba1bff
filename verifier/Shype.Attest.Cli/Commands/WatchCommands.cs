using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype host watch</c> and <c>shype host history</c>: how hosts are watched, and how they came to where they stand.</summary>
internal static class WatchCommands
{
    /// <summary>Shows or sets interval and deadline.</summary>
    public static Command Watch(Surroundings surroundings)
    {
        var name = new Argument<string?>("NAME") { Description = "The host's name or id", Arity = ArgumentArity.ZeroOrOne };
        var group = new Option<string?>("--group") { Description = "A group instead of a host", HelpName = "GROUP" };
        var interval = new Option<string?>("--interval") { Description = "How often to ask it for evidence", HelpName = "60s" };
        var deadline = new Option<string?>("--deadline") { Description = "How long it may be silent before it is unreachable", HelpName = "3m" };
        var inherit = new Option<bool>("--inherit") { Description = "What is not given here comes from the group and the verifier again" };
        var watch = new Command(
            "watch",
            """
            Show how a host or a group is watched, or set it: how often it is asked, and how long it may be silent. What a host does not say itself comes
            from its group, and then from the verifier's settings.

            Examples:
              shype host watch hv1
              shype host watch hv1 --interval 60s --deadline 3m
              shype host watch --group edge --interval 10m --deadline 1h
              shype host watch hv1 --inherit
            """)
        { name, group, interval, deadline, inherit };
        return Connected.Of(surroundings, watch, async (api, report, parsed, cancellationToken) =>
        {
            var path = (parsed.GetValue(name), parsed.GetValue(group)) switch
            {
                ({ } host, null) => VerifierApi.Path("v1/hosts", host, "watch"),
                (null, { } of) => VerifierApi.Path("v1/groups", of, "watch"),
                _ => throw CommandException.Unusable("name a host, or a group by --group, and not both"),
            };
            var (every, until) = (Durations.Seconds("--interval", parsed.GetValue(interval)), Durations.Seconds("--deadline", parsed.GetValue(deadline)));
            var known = await api.SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
            var info = api.Read(known, ProtocolJson.Default.WatchInfo);
            if (every is not null || until is not null || parsed.GetValue(inherit))
            {
                var keeps = !parsed.GetValue(inherit);
                var request = new WatchRequest { IntervalSeconds = every ?? (keeps ? info.IntervalSeconds : null), DeadlineSeconds = until ?? (keeps ? info.DeadlineSeconds : null) };
                var body = JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.WatchRequest);
                info = api.Read(await api.SendAsync(HttpMethod.Put, path, body, known.Version, cancellationToken), ProtocolJson.Default.WatchInfo);
            }

            Write(report, info);
        });
    }

    /// <summary>Shows the changes of a host's state.</summary>
    public static Command History(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "The host's name or id" };
        var limit = new Option<int>("--limit") { Description = "So many changes at most, the newest first", HelpName = "N", DefaultValueFactory = _ => 100 };
        var history = new Command(
            "history",
            """
            Show how a host came to where it stands: each change of its state with its causes and the evidence behind it.

            Example:
              shype host history hv1 --server https://verifier:8443 --ca cert.pem --token-file viewer.token
            """)
        { name, limit };
        return Connected.Of(surroundings, history, async (api, report, parsed, cancellationToken) =>
        {
            var path = VerifierApi.Path("v1/hosts", parsed.GetRequiredValue(name), "history") + "?limit=" + parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture);
            var list = await api.GetAsync(path, ProtocolJson.Default.HostEventList, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(list, ProtocolJson.Default.HostEventList);
                return;
            }

            new EventText(report).Write(list.Events);
        });
    }

    private static void Write(Report report, WatchInfo info)
    {
        if (report.Json)
        {
            report.WriteIndented(info, ProtocolJson.Default.WatchInfo);
            return;
        }

        var page = new Page(report);
        page.Table(0, ["", ""],
        [
            [("group", Styles.Quiet), (info.Group, null)],
            [("interval", Styles.Quiet), (Text(info.IntervalInForceSeconds, info.IntervalSeconds), null)],
            [("deadline", Styles.Quiet), (Text(info.DeadlineInForceSeconds, info.DeadlineSeconds), null)],
            .. info.Status is { } status ? EventText.Facts(status).Select(IReadOnlyList<(string, Spectre.Console.Style?)> (fact) => [(fact.Name, Styles.Quiet), (fact.Value, null)]) : [],
        ]);
    }

    private static string Text(long inForce, long? own) => Durations.Text(inForce) + (own is null ? " (inherited)" : "");
}
