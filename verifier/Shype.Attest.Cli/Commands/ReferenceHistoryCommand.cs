using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference history</c>: who changed what, and when.</summary>
internal static class ReferenceHistoryCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var before = new Option<long?>("--before") { Description = "Only changes before this number", HelpName = "N" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var history = new Command(
            "history",
            """
            Show who changed the reference values, when and what, entry by entry, the newest first; a hundred at a time.

            Example:
              shype reference history --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { before, json };
        server.AddTo(history);
        history.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var path = ReferenceCommands.Route + "/history" + (parsed.GetValue(before) is { } number ? $"?before={number}" : "");
            var page = await api.GetAsync(path, ProtocolJson.Default.ReferenceHistory, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(page, ProtocolJson.Default.ReferenceHistory);
                return (int)ExitCode.Yes;
            }

            new ReferenceText(report).Write(page.Events);
            if (page.Next is { } next)
            {
                report.Note($"there is more: --before {next}");
            }

            return (int)ExitCode.Yes;
        });
        return history;
    }
}
