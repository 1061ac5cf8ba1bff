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
    public static Command Create(Surroundings surroundings) => new("reference", "Show or replace the reference values: the digests that a verifier calls good.")
    {
        Show(surroundings),
        Set(surroundings),
    };

    private static Command Show(Surroundings surroundings)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var show = new Command(
            "show",
            """
            Print the reference document, JSON as "shype reference set" takes it. Its version goes to standard error.

            Example:
              shype reference show --server https://verifier:8443 --ca cert.pem --token-file operator.token > references.json
            """)
        { json };
        server.AddTo(show);
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var answer = await api.SendAsync(HttpMethod.Get, Route, null, null, cancellationToken);
            if (!ReferenceSet.TryRead(answer.Body, out var references, out var problem))
            {
                throw CommandException.NotAsked($"the references of {api.Address} cannot be understood: {problem}; are client and verifier of one version?");
            }

            report.Line(Encoding.UTF8.GetString(ReferenceSet.Encode(references.Document)));
            report.Note($"version {answer.Version ?? "unknown"}");
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

    private const string Route = "v1/references";
}
