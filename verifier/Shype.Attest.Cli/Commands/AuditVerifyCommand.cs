using System.CommandLine;
using System.Text;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype audit verify</c>: whether the record of decisions is the one that was written.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string?>("FILE") { Description = "An export; without one the verifier checks its own", Arity = ArgumentArity.ZeroOrOne };
        var keys = new Option<string?>("--jwks")
        {
            Description = "The verifier's audit keys: a file, or an https address (which needs --ca)", HelpName = "FILE|URL",
        };
        var kept = new Option<string?>("--kept") { Description = "A signed head from earlier, which the export must contain", HelpName = "FILE" };
        var headOut = new Option<string?>("--head-out") { Description = "Keep the signed head in this file, for --kept of later", HelpName = "FILE" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var verify = new Command(
            "verify",
            """
            Check that no decision was removed, edited, added or reordered, and that none is missing at the end.

            With a file nobody has to be believed but who gave you the keys (https://VERIFIER/.well-known/audit-jwks.json). A head that you kept
            finds even a verifier that rewrote its own past.

            Examples:
              shype audit verify audit.jsonl --jwks audit-keys.json --kept head-of-march.jwt
              shype audit verify --head-out head.jwt --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { file, keys, kept, headOut, json };
        server.AddTo(verify);
        verify.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var earlier = parsed.GetValue(kept);
            var checkedNow = parsed.GetValue(file) is { } export
                ? await OfFileAsync(export, earlier, await KeysAsync(parsed.GetValue(keys), server, parsed, surroundings, cancellationToken), surroundings, cancellationToken)
                : earlier is null ? await OfServerAsync(server, parsed, surroundings, cancellationToken)
                : throw CommandException.Unusable("--kept is for exports: give the FILE");
            if (parsed.GetValue(headOut) is { } path && checkedNow.Head is { } head)
            {
                await OutputFile.WriteAsync(path, head, cancellationToken);
            }

            if (report.Json)
            {
                report.WriteIndented(checkedNow, ProtocolJson.Default.AuditCheck);
            }
            else
            {
                new AuditText(report).Write(checkedNow);
            }

            return (int)(checkedNow.Holds ? ExitCode.Yes : ExitCode.Refused);
        });
        return verify;
    }

    private static async Task<AuditCheck> OfServerAsync(ServerOptions server, ParseResult parsed, Surroundings surroundings, CancellationToken cancellationToken)
    {
        using var api = server.Connect(parsed, surroundings);
        return await api.GetAsync($"{AuditCommands.Route}/verify", ProtocolJson.Default.AuditCheck, cancellationToken);
    }

    private static async Task<AuditCheck> OfFileAsync(
        string file, string? kept, JsonWebKeySet keys, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var reader = new AuditExportReader(keys, kept is null ? null : await KeptAsync(kept, keys, surroundings, cancellationToken));
        byte[] last = [];
        using var progress = new Progress(surroundings, "checking");
        var lines = 0L;
        await foreach (var line in LineFile.ReadAsync(surroundings, file, ProtocolLimits.MaxAuditLineBytes, cancellationToken))
        {
            last = line;
            progress.Tell(++lines, null, "records");
            if (!reader.Take(line))
            {
                break;
            }
        }

        var proof = reader.Finish();
        return new AuditCheck
        {
            Holds = proof.Problem is null,
            Records = proof.Records,
            Problem = proof.Problem,
            Head = proof.End is not null && ProtocolJson.TryRead(last, ProtocolJson.Default.AuditLine, out var end, out _) ? end.End : null,
        };
    }

    private static async Task<JsonWebKeySet> KeysAsync(
        string? named, ServerOptions server, ParseResult parsed, Surroundings surroundings, CancellationToken cancellationToken) =>
        await KeySource.FindAsync(named, server, parsed, surroundings, KeySource.AuditPath, cancellationToken) is { } source
            ? source.Keys
            : throw CommandException.Unusable("no keys were given to check with: give --jwks FILE (the verifier has them at /.well-known/audit-jwks.json)");

    private static async Task<AuditHead> KeptAsync(string file, JsonWebKeySet keys, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var token = Encoding.UTF8.GetString(await InputFile.ReadAsync(surroundings, file, ProtocolLimits.MaxJsonBytes, cancellationToken)).Trim();
        return AuditHead.TryVerify(token, keys, out var head, out var problem)
            ? head
            : throw CommandException.Unusable($"--kept: {file} is not a head that this verifier signed: {problem.Detail}");
    }
}
