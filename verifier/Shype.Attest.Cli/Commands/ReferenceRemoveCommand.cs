using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference remove</c>: takes a bundle's values back.</summary>
internal static class ReferenceRemoveCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "The bundle's name, as \"reference list\" shows it" };
        var sequence = new Option<long?>("--sequence") { Description = "Only if it is still this version; otherwise whatever is there now", HelpName = "N" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var remove = new Command(
            "remove",
            """
            Take a bundle's values back: what only it called good is refused from the next verdict on. Nothing of its name that is as old comes back.

            Example:
              shype reference remove vendor-firmware --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { name, sequence, json };
        server.AddTo(remove);
        remove.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var path = VerifierApi.Path(ReferenceCommands.Bundles, parsed.GetRequiredValue(name));
            var version = parsed.GetValue(sequence) is { } given ? $"\"{given}\"" : (await ReferenceCommands.ReadAsync(api, path, cancellationToken)).Version;
            var removed = api.Read(await api.SendAsync(HttpMethod.Delete, path, null, version, cancellationToken), ProtocolJson.Default.ReferenceBundleInfo);
            if (report.Json)
            {
                report.WriteIndented(removed, ProtocolJson.Default.ReferenceBundleInfo);
            }
            else
            {
                new Page(report).Line(0, $"removed: {removed.Name} {removed.Sequence}; its {removed.Values} values do not count any more");
            }

            return (int)ExitCode.Yes;
        });
        return remove;
    }
}
