using System.CommandLine;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype policy test</c>, also <c>shype appraisal-policy test</c>: what an appraisal policy would change, before it is in force.</summary>
public static class PolicyTestCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        var evidence = new Option<string[]>("--evidence")
        {
            Description = "Bundles to try it on (shype host bundle); without, the last evidence of all hosts of the policy's group, from the verifier",
            HelpName = "BUNDLE", AllowMultipleArgumentsPerToken = true,
        };
        var policy = new Option<string?>("--policy") { Description = "The appraisal policy, YAML; without, the built-in rules", HelpName = "FILE" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var test = new Command(
            "test",
            """
            Try an appraisal policy (not an isolation policy) on evidence that hosts already gave: for each host the verdict now and then, and every finding
            that would appear or vanish. Nothing is activated. "Now" is under the rules that were in force when the evidence came.
            Exit code 0: no verdict would get worse. 1: some would. 2: a file cannot be read.

            Examples:
              shype policy test --evidence hv1.cbor hv2.cbor --policy appraisal-policy.yaml
              shype policy test --policy appraisal-policy.yaml --server https://verifier:8443 --ca cert.pem --token-file operator.token
            The same command is "shype appraisal-policy test"; e.g. shype appraisal-policy test --evidence hv1.cbor --policy appraisal-policy.yaml
            """)
        { evidence, policy, json };
        server.AddTo(test);
        test.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var document = parsed.GetValue(policy) is { } path ? await AppraisalPolicyFile.ReadAsync(surroundings, path, cancellationToken) : null;
            var rules = document?.Rules ?? AppraisalRules.Default;
            var (bundles, notTried) = parsed.GetValue(evidence) is { Length: > 0 } files
                ? (await ReadAsync(surroundings, files, cancellationToken), [])
                : await FetchAsync(server, parsed, surroundings, document?.Group ?? AppraisalPolicy.DefaultGroup, cancellationToken);
            var trials = bundles.Select(bundle => PolicyTrial.Of(bundle, rules)).ToList();
            var worse = trials.Count(trial => trial.Then > trial.Now || trial.Parts.Any(part => part.Then > part.Now));
            var fleet = new FleetTrialReport(document is null ? "the built-in rules" : $"{document.Group}/{document.Name}", worse, [.. trials.Select(HostTrialReport.Of)], notTried);
            if (report.Json)
            {
                report.Write(fleet, CliJson.Default.FleetTrialReport);
            }
            else
            {
                new TrialText(report).Write(fleet);
            }

            return (int)(worse == 0 ? ExitCode.Yes : ExitCode.Refused);
        });
        return test;
    }

    private static async Task<List<OpenBundle>> ReadAsync(Surroundings surroundings, string[] files, CancellationToken cancellationToken)
    {
        var bundles = new List<OpenBundle>();
        foreach (var file in files)
        {
            bundles.Add(await BundleFile.ReadAsync(surroundings, file, cancellationToken));
        }

        return bundles;
    }

    private static async Task<(List<OpenBundle> Bundles, List<HostNotTried> NotTried)> FetchAsync(
        ServerOptions server, ParseResult parsed, Surroundings surroundings, string group, CancellationToken cancellationToken)
    {
        if (!server.AreGiven(parsed, surroundings))
        {
            throw CommandException.Unusable("nothing was given to try it on: give --evidence BUNDLE..., or --server for the last evidence of all hosts of its group");
        }

        using var api = server.Connect(parsed, surroundings);
        var (bundles, notTried) = (new List<OpenBundle>(), new List<HostNotTried>());
        using var progress = new Progress(surroundings, "fetching evidence");
        HostSummary[] hosts = [.. (await HostCommands.AllAsync(api, "enrolled", cancellationToken)).Where(host => host.Group == group)];
        foreach (var host in hosts)
        {
            progress.Tell(bundles.Count + notTried.Count, hosts.Length, "hosts");
            try
            {
                var answer = await api.SendAsync(HttpMethod.Get, VerifierApi.Path("v1/hosts", host.Id, "bundle"), null, null, cancellationToken);
                bundles.Add(BundleFile.Open($"the bundle of {host.Name}", answer.Body));
            }
            catch (CommandException refused) when (refused.ExitCode != ExitCode.CouldNotAsk || host.LastSeen is null)
            {
                notTried.Add(new(host.Name, refused.Message));
            }
        }

        return (bundles, notTried);
    }
}
