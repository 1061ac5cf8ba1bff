using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference list</c>: the sets that a verifier has, and who stands behind them.</summary>
internal static class ReferenceListCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var list = new Command(
            "list",
            """
            List the sets of reference values: whose they are, which version, who signed them, until when they count. Revoked ones are listed too: a value that
            only they know is refused as taken back, and nothing as old as they are comes back.

            Example:
              shype reference list --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { json };
        server.AddTo(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var bundles = await api.GetAsync(ReferenceCommands.Bundles, ProtocolJson.Default.ReferenceBundleList, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(bundles, ProtocolJson.Default.ReferenceBundleList);
            }
            else
            {
                new ReferenceText(report).Write(bundles.Bundles);
            }

            return (int)ExitCode.Yes;
        });
        return list;
    }
}
