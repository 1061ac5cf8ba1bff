using System.CommandLine;
using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference</c>: what a verifier holds to be good.</summary>
public static class ReferenceCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("reference", "Reference values: what a verifier calls good, who says so, and until when.")
    {
        ReferenceListCommand.Create(surroundings),
        Show(surroundings),
        Set(surroundings),
        ReferenceCaptureCommand.Create(surroundings),
        ReferencePackageCommand.Create(surroundings),
        ReferenceSignCommand.Create(surroundings),
        ReferenceImportCommand.Create(surroundings),
        ReferenceExportCommand.Create(surroundings),
        ReferenceRemoveCommand.Create(surroundings),
        ReferenceHistoryCommand.Create(surroundings),
        ReferenceSignerCommands.Create(surroundings),
    };

    /// <summary>Where the operators' own values are.</summary>
    internal const string Route = "v1/references";

    /// <summary>Where signed bundles are.</summary>
    internal const string Bundles = Route + "/bundles";

    /// <summary>Where the keys are that may sign them.</summary>
    internal const string Signers = Route + "/signers";

    /// <summary>Reads a document that a verifier sent.</summary>
    internal static async Task<(ReferenceSet Set, string? Version)> ReadAsync(VerifierApi api, string path, CancellationToken cancellationToken)
    {
        var answer = await api.SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
        return ReferenceSet.TryRead(answer.Body, out var references, out var problem)
            ? (references, answer.Version)
            : throw CommandException.NotAsked($"the references of {api.Address} cannot be understood: {problem}; are client and verifier of one version?");
    }

    private static Command Show(Surroundings surroundings)
    {
        var inForce = new Option<bool>("--in-force") { Description = "What counts now: the operators' own values and those of all bundles in force together" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var show = new Command(
            "show",
            """
            Print the operators' own reference document, JSON as "shype reference set" takes it. Its version goes to standard error.

            Example:
              shype reference show --server https://verifier:8443 --ca cert.pem --token-file operator.token > references.json
            """)
        { inForce, json };
        server.AddTo(show);
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var (references, version) = await ReadAsync(api, parsed.GetValue(inForce) ? Route + "/in-force" : Route, cancellationToken);
            report.Line(Encoding.UTF8.GetString(ReferenceSet.Encode(references.Document)));
            if (version is not null)
            {
                report.Note($"version {version}");
            }

            return (int)ExitCode.Yes;
        });
        return show;
    }

    private static Command Set(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The reference document, JSON; - is standard input" };
        var version = new Option<string?>("--replaces")
        {
            Description = "Replace only this version, as \"reference show\" names it; otherwise whatever is there now", HelpName = "VERSION",
        };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var set = new Command(
            "set",
            """
            Replace the reference document. It is checked here first; a member that is wrong is named, and nothing is sent.
            Exit code 0: it is in force. 1: somebody else changed it meanwhile. 2: the file cannot be read.

            Example:
              shype reference set references.json --replaces '"7"' --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { file, version, json };
        server.AddTo(set);
        set.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            var bytes = await InputFile.ReadAsync(surroundings, path, AppraisalLimits.MaxReferenceBytes, cancellationToken);
            if (!ReferenceSet.TryRead(bytes, out var references, out var problem))
            {
                throw CommandException.Unusable($"{InputFile.NameOf(path)} is no reference document: {problem}");
            }

            using var api = server.Connect(parsed, surroundings);
            var replaces = parsed.GetValue(version) ?? (await api.SendAsync(HttpMethod.Get, Route, null, null, cancellationToken)).Version;
            var answer = await api.SendAsync(HttpMethod.Put, Route, ReferenceSet.Encode(references.Document), replaces, cancellationToken);
            var digest = Convert.ToHexStringLower(references.Digest.Span);
            if (report.Json)
            {
                report.Write(new ReferenceReport(answer.Version, digest), CliJson.Default.ReferenceReport);
            }
            else
            {
                new Page(report).Line(0, $"in force: version {answer.Version ?? "unknown"}, sha256 {digest}");
            }

            return (int)ExitCode.Yes;
        });
        return set;
    }
}
