using System.CommandLine;
using System.Text;
using System.Text.Json;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype appraisal-policy</c>: what is demanded of groups of hosts.</summary>
public static class AppraisalPolicyCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new(
        "appraisal-policy",
        "Check, try, activate, show and list appraisal policies: what is demanded of a group of hosts. (Isolation policies: shype policy.)")
    {
        Check(surroundings),
        PolicyTestCommand.Create(surroundings),
        Activate(surroundings),
        Show(surroundings),
        List(surroundings),
    };

    private static Command Check(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The appraisal policy, YAML; - is standard input" };
        var json = JsonOption.Create();
        var check = new Command(
            "check",
            """
            Read an appraisal policy as the verifier would; no server is needed.
            Exit code 0: it can be activated. 2: it cannot; the message names line and column and what would be right.

            Example:
              shype appraisal-policy check appraisal-policy.yaml
            """)
        { file, json };
        check.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            return Say(report, "can be activated", await AppraisalPolicyFile.ReadAsync(surroundings, parsed.GetRequiredValue(file), cancellationToken), null);
        });
        return check;
    }

    private static Command Activate(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The appraisal policy, YAML; - is standard input" };
        var replaces = new Option<string?>("--replaces")
        {
            Description = "Replace only this version, as \"list\" shows it, 0 for none; otherwise whatever is there now", HelpName = "VERSION",
        };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var activate = new Command(
            "activate",
            """
            Put an appraisal policy in force for the group that it names, from the next evidence of each host on. It is checked here first. Try it before:
            "shype policy test".
            Exit code 0: it is in force. 1: somebody else changed it meanwhile. 2: the file cannot be read.

            Example:
              shype appraisal-policy activate appraisal-policy.yaml --replaces 7 --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { file, replaces, json };
        server.AddTo(activate);
        activate.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var policy = await AppraisalPolicyFile.ReadAsync(surroundings, parsed.GetRequiredValue(file), cancellationToken);
            using var api = server.Connect(parsed, surroundings);
            var version = parsed.GetValue(replaces) ?? $"{(await ReadListAsync(api, cancellationToken)).LastOrDefault(known => known.Group == policy.Group)?.Version ?? 0}";
            var answer = await api.SendAsync(
                HttpMethod.Put, VerifierApi.Path(Route, policy.Group), MediaTypes.Yaml, policy.Document.ToArray(), $"\"{version.Trim('"')}\"", cancellationToken);
            return Say(report, $"in force: version {answer.Version?.Trim('"') ?? "unknown"}", policy, answer.Version?.Trim('"'));
        });
        return activate;
    }

    private static Command Show(Surroundings surroundings)
    {
        var group = new Argument<string>("GROUP") { Description = "The group of hosts", DefaultValueFactory = _ => AppraisalPolicy.DefaultGroup };
        var version = new Option<long?>("--version-number") { Description = "Another version than the one in force", HelpName = "VERSION" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var show = new Command(
            "show",
            """
            Print the appraisal policy of a group, YAML as "activate" takes it. Its version goes to standard error.

            Example:
              shype appraisal-policy show default --server https://verifier:8443 --ca cert.pem --token-file operator.token > appraisal-policy.yaml
            """)
        { group, version, json };
        server.AddTo(show);
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var path = VerifierApi.Path(Route, parsed.GetRequiredValue(group)) + (parsed.GetValue(version) is { } wanted ? $"?version={wanted}" : "");
            var answer = await api.SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
            if (!AppraisalPolicy.TryRead($"the answer of {api.Address}", answer.Body, out var policy, out var problem))
            {
                throw CommandException.NotAsked($"{problem}; are client and verifier of one version?");
            }

            if (report.Json)
            {
                report.Write(
                    new AppraisalPolicyReport(policy.Group, policy.Name, answer.Version?.Trim('"'), Convert.ToHexStringLower(policy.Digest.Span)), CliJson.Default.AppraisalPolicyReport);
            }
            else
            {
                foreach (var line in Encoding.UTF8.GetString(answer.Body).TrimEnd('\n').Split('\n'))
                {
                    report.Line(Report.Visible(line));
                }
            }

            report.Note($"version {answer.Version?.Trim('"') ?? "unknown"}");
            return (int)ExitCode.Yes;
        });
        return show;
    }

    private static Command List(Surroundings surroundings)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var list = new Command(
            "list",
            """
            List every version of every group's appraisal policy, who activated it and when. The last version of a group is in force; a group without one is
            judged by the built-in rules.

            Example:
              shype appraisal-policy list --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { json };
        server.AddTo(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var policies = await ReadListAsync(api, cancellationToken);
            if (report.Json)
            {
                var message = JsonSerializer.SerializeToElement(new AppraisalPolicyList { Policies = policies }, ProtocolJson.Default.AppraisalPolicyList);
                report.Line(JsonSerializer.Serialize(message, CliJson.Default.JsonElement));
            }
            else if (policies.Count == 0)
            {
                new Page(report).Line(0, "no appraisal policies: the built-in rules are in force");
            }
            else
            {
                new Page(report).Table(0, ["group", "version", "name", "since", "by", "sha256"], policies.Select(policy => (IReadOnlyList<(string, Spectre.Console.Style?)>)
                    [(policy.Group, Styles.Strong), ($"{policy.Version}", null), (policy.Name, null), (Page.Moment(policy.At), null), (policy.By, null), (policy.Digest, null)]));
            }

            return (int)ExitCode.Yes;
        });
        return list;
    }

    private static async Task<IReadOnlyList<AppraisalPolicySummary>> ReadListAsync(VerifierApi api, CancellationToken cancellationToken) =>
        (await api.GetAsync(Route, ProtocolJson.Default.AppraisalPolicyList, cancellationToken)).Policies;

    private static int Say(Report report, string standing, AppraisalPolicy policy, string? version)
    {
        var digest = Convert.ToHexStringLower(policy.Digest.Span);
        if (report.Json)
        {
            report.Write(new AppraisalPolicyReport(policy.Group, policy.Name, version, digest), CliJson.Default.AppraisalPolicyReport);
        }
        else
        {
            new Page(report).Line(0, $"{standing}: {policy.Name} for group {policy.Group}, sha256 {digest}");
        }

        return (int)ExitCode.Yes;
    }

    private const string Route = "v1/appraisal-policies";
}
