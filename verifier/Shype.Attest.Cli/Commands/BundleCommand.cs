using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype host bundle</c> and <c>shype vm bundle</c>: the last verdict with all that it was made from, in one file.</summary>
public static class BundleCommand
{
    /// <summary><c>shype host bundle</c>.</summary>
    public static Command ForHost(Surroundings surroundings) => Create(
        surroundings,
        "The host's name or id",
        """
        Keep the last verdict about a host in one file, with evidence, logs, policies, references and keys: "shype verify" makes the verdict again from it,
        without a server. For a verdict of this moment, "shype host attest" first.

        Example:
          shype host bundle hv1 -o bundle.cbor --server https://verifier:8443 --ca cert.pem --token-file operator.token
        """,
        "v1/hosts");

    /// <summary><c>shype vm bundle</c>.</summary>
    public static Command ForVm(Surroundings surroundings) => Create(
        surroundings,
        "The VM's name or uuid",
        """
        Keep the last verdict about the host that runs a VM in one file, with everything that it was made from: "shype verify" makes it again from it,
        without a server. For a verdict of this moment, "shype vm attest" first.

        Example:
          shype vm bundle web -o bundle.cbor --server https://verifier:8443 --ca cert.pem --token-file operator.token
        """,
        "v1/vms");

    private static Command Create(Surroundings surroundings, string subject, string help, string collection)
    {
        var name = new Argument<string>("NAME") { Description = subject };
        var output = new Option<string>("--output", "-o") { Description = "The file to write", HelpName = "FILE", Required = true };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var command = new Command("bundle", help) { name, output, json };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var answer = await api.SendAsync(HttpMethod.Get, VerifierApi.Path(collection, parsed.GetRequiredValue(name), "bundle"), null, null, cancellationToken);
            // Read before it is kept: an archive that cannot be opened is noticed today.
            var bundle = BundleFile.Open($"the answer of {api.Address}", answer.Body);
            var file = parsed.GetRequiredValue(output);
            await OutputFile.WriteAsync(file, answer.Body, cancellationToken);
            var context = bundle.Parts.Context;
            if (report.Json)
            {
                report.Write(new BundleWritten(file, answer.Body.Length, context.HostName, context.At, Page.Tier(bundle.Claimed.Result.Status)), CliJson.Default.BundleWritten);
            }
            else
            {
                var status = bundle.Claimed.Result.Status;
                new Page(report).Line(0, ($"{file}: {answer.Body.Length} bytes, host {context.HostName}, verdict of {Page.Moment(context.At)}: ", null), (Page.Tier(status), Styles.Of(status)));
            }

            return (int)ExitCode.Yes;
        });
        return command;
    }
}
