using System.CommandLine;
using System.Text.Json;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference capture</c>: takes what a known-good host runs as reference, after somebody looked at it.</summary>
internal static class ReferenceCaptureCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var host = new Argument<string>("HOST") { Description = "The host's name or id" };
        var output = new Option<string?>("--out", "-o") { Description = "Write the proposal to a file, as a reference document", HelpName = "FILE" };
        var accept = new Option<bool>("--accept") { Description = "Put it into force without asking; otherwise you are asked on a terminal, and nothing is changed elsewhere" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var capture = new Command(
            "capture",
            """
            Propose what a host runs, by its last evidence, as reference values: hypervisor, modules, command lines, agent, policy and every VM with its images.
            It shows what that would change in the operators' own values, and changes it only when you accept. Nothing is offered of a host whose quote or logs failed.
            You decide that the host is good: a measurement says what runs, not that it should.
            Exit code 0: shown, or in force. 1: refused, or changed by somebody else meanwhile.

            Example:
              shype reference capture hv1 -o hv1.json --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { host, output, accept, json };
        server.AddTo(capture);
        capture.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var name = parsed.GetRequiredValue(host);
            using var api = server.Connect(parsed, surroundings);
            var (proposal, _) = await ReferenceCommands.ReadAsync(api, VerifierApi.Path("v1/hosts", name, "measured"), cancellationToken);
            var (own, version) = await ReferenceCommands.ReadAsync(api, ReferenceCommands.Route, cancellationToken);
            var (inForce, _) = await ReferenceCommands.ReadAsync(api, ReferenceCommands.Route + "/in-force", cancellationToken);
            if (parsed.GetValue(output) is { } file)
            {
                await OutputFile.WriteAsync(file, ReferenceSet.Encode(proposal.Document), cancellationToken);
            }

            var joined = ProposedReferences.Join(own.Document, inForce.Document, proposal.Document);
            var changes = ReferenceDiff.Between(own.Document, joined);
            if (!report.Json)
            {
                Show(report, proposal.Document, changes, name);
            }

            if (changes.Count > 0 && (parsed.GetValue(accept) || (!report.Json && await AskAsync(surroundings, cancellationToken))))
            {
                var answer = await api.SendAsync(HttpMethod.Put, ReferenceCommands.Route, ReferenceSet.Encode(joined), version, cancellationToken);
                return Done(report, true, answer.Version, changes, proposal);
            }

            return Done(report, false, null, changes, proposal);
        });
        return capture;
    }

    private static void Show(Report report, ReferenceDocument proposal, IReadOnlyList<ReferenceChange> changes, string host)
    {
        var page = new Page(report);
        page.Line(0, (proposal.Description ?? host, Styles.Strong));
        if (changes.Count == 0)
        {
            page.Line(0, $"everything that {host} runs is in the references already");
            return;
        }

        new ReferenceText(report).Write(changes);
        foreach (var vm in proposal.Vms)
        {
            if (vm.MayBeMutable)
            {
                report.Warn($"{vm.Name}: an image can change after it was measured; the reference would allow that (mayBeMutable)");
            }

            foreach (var disk in vm.Disks.Where(disk => disk.Digest is null))
            {
                report.Warn($"{vm.Name}: the disk {disk.Name} was not measured; the reference would allow whatever is on it");
            }
        }
    }

    private static async Task<bool> AskAsync(Surroundings surroundings, CancellationToken cancellationToken)
    {
        if (!surroundings.CanAsk)
        {
            return false;
        }

        await surroundings.Output.WriteAsync("Is this host good, and shall all of this be in force? Type yes: ".AsMemory(), cancellationToken);
        await surroundings.Output.FlushAsync(cancellationToken);
        using var reader = new StreamReader(surroundings.Input, leaveOpen: true);
        return (await reader.ReadLineAsync(cancellationToken))?.Trim() == "yes";
    }

    private static int Done(Report report, bool accepted, string? version, IReadOnlyList<ReferenceChange> changes, ReferenceSet proposal)
    {
        if (report.Json)
        {
            report.Write(new ReferenceCaptureReport(
                accepted, version,
                [.. changes.Select(change => new ReferenceChangeReport(change.Kind.ToString().ToLowerInvariant(), change.Section, change.Name, change.Lines))],
                JsonSerializer.SerializeToElement(proposal.Document, ReferenceJson.Default.ReferenceDocument)), CliJson.Default.ReferenceCaptureReport);
        }
        else if (accepted)
        {
            new Page(report).Line(0, $"in force: version {version ?? "unknown"}");
        }
        else if (changes.Count > 0)
        {
            report.Note("nothing was changed; --accept puts it into force");
        }

        return (int)ExitCode.Yes;
    }
}
