using System.CommandLine;
using System.Text;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype audit</c>: who decided what, and whether that is still what was written.</summary>
public static class AuditCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("audit", "List, sign, export and verify a verifier's record of decisions.")
    {
        List(surroundings),
        Head(surroundings),
        Export(surroundings),
        AuditVerifyCommand.Create(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var subject = new Option<string?>("--subject") { Description = "Only decisions about this, e.g. a host's id", HelpName = "TEXT" };
        var limit = new Option<int>("--limit") { Description = "At most so many, the newest", HelpName = "N", DefaultValueFactory = _ => 50 };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var list = new Command(
            "list",
            """
            List decisions, the newest first: who, what, about whom.

            Example:
              shype audit list --limit 20 --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { subject, limit, json };
        server.AddTo(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var most = parsed.GetValue(limit) is > 0 and <= MaxListed and var asked
                ? asked : throw CommandException.Unusable($"--limit: 1 to {MaxListed} are possible; shype audit export takes all");
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var records = await ReadAsync(api, parsed.GetValue(subject), most, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(new AuditList { Records = records }, ProtocolJson.Default.AuditList);
            }
            else
            {
                new AuditText(report).Write(records);
            }

            return (int)ExitCode.Yes;
        });
        return list;
    }

    private static Command Head(Surroundings surroundings) => Connected.Of(
        surroundings,
        new Command(
            "head",
            """
            Print where the record of decisions stands, signed: keep it, and a later export must contain it (shype audit verify FILE --kept HEAD).

            Example:
              shype audit head --server https://verifier:8443 --ca cert.pem --token-file viewer.token > head-of-march.jwt
            """),
        async (api, report, _, cancellationToken) =>
        {
            var answer = await api.SendAsync(HttpMethod.Get, $"{Route}/head", null, null, cancellationToken);
            var token = Encoding.ASCII.GetString(answer.Body).Trim();
            // Read before it is kept: one that nobody could check is noticed today.
            if (!AuditHead.TryVerify(token, await api.GetKeysAsync(KeySource.AuditPath, cancellationToken), out var head, out var problem))
            {
                throw new CommandException(ExitCode.Refused, $"the head of {api.Address} is not one that its own keys signed: {problem.Detail}");
            }

            if (report.Json)
            {
                report.Write(new AuditHeadReport(head.Number, token), CliJson.Default.AuditHeadReport);
                return;
            }

            report.Line(token);
            report.Note($"signed: {head.Number} records");
        });

    private static Command Export(Surroundings surroundings)
    {
        var output = new Option<string>("--output", "-o") { Description = "The file to write", HelpName = "FILE", Required = true };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var export = new Command(
            "export",
            """
            Take all decisions into a file, with the verifier's signatures: anybody can check it with its public keys (shype audit verify FILE).

            Example:
              shype audit export -o audit.jsonl --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { output, json };
        server.AddTo(export);
        export.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var file = parsed.GetRequiredValue(output);
            long bytes;
            using (var api = server.Connect(parsed, surroundings))
            using (var progress = new Progress(surroundings, "exporting"))
            {
                bytes = await api.DownloadAsync($"{Route}/export", file, (done, total) => progress.Tell(done, total, Progress.Bytes), cancellationToken);
            }

            if (report.Json)
            {
                report.Write(new AuditExported(file, bytes), CliJson.Default.AuditExported);
            }
            else
            {
                report.Line($"{Report.Visible(file)}: {bytes} bytes; check it with shype audit verify");
            }

            return (int)ExitCode.Yes;
        });
        return export;
    }

    private static async Task<IReadOnlyList<AuditEntry>> ReadAsync(VerifierApi api, string? subject, int most, CancellationToken cancellationToken)
    {
        List<AuditEntry> records = [];
        long? before = null;
        do
        {
            string?[] query = [subject is null ? null : "subject=" + Uri.EscapeDataString(subject), before is null ? null : $"before={before}"];
            var page = await api.GetAsync($"{Route}?{string.Join('&', query.Where(part => part is not null))}".TrimEnd('?'), ProtocolJson.Default.AuditList, cancellationToken);
            records.AddRange(page.Records);
            // A verifier that sends one page again and again must not keep us for ever.
            before = page.Records.Count > 0 && page.Next < (before ?? long.MaxValue) ? page.Next : null;
        }
        while (before is not null && records.Count < most);

        return [.. records.Take(most)];
    }

    internal const string Route = "v1/audit";
    private const int MaxListed = 100_000;
}
