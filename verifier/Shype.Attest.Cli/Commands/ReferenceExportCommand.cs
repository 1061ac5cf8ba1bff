using System.CommandLine;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.References.Corim;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference export</c>: takes values out of a verifier, as JSON or signed.</summary>
internal static class ReferenceExportCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var name = new Argument<string?>("NAME") { Description = "The set, as \"reference list\" shows it; without it the operators' own", Arity = ArgumentArity.ZeroOrOne };
        var cose = new Option<bool>("--cose") { Description = "The bundle exactly as its maker signed it" };
        var key = new Option<string?>("--sign") { Description = "Sign the values anew with this private key (PEM); needs --name, --sequence, --origin", HelpName = "KEY.pem" };
        var output = new Option<string>("--out", "-o") { Description = "Where it goes", HelpName = "FILE", Required = true };
        var (signing, json, server) = (new SigningOptions(), new Option<bool>(JsonOption.Name) { Description = "The values as a JSON document (the default)" }, new ServerOptions());
        var export = new Command(
            "export",
            """
            Write reference values to a file: as a JSON document, as the signed bundle that they came in (--cose), or signed anew (--sign) for other verifiers.

            Example:
              shype reference export --sign release.pem --name fleet --sequence 3 --origin "Example Ltd" -o fleet.corim --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { name, cose, key, output };
        signing.AddTo(export);
        export.Options.Add(json);
        server.AddTo(export);
        export.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, json: false);
            var (set, target) = (parsed.GetValue(name), parsed.GetRequiredValue(output));
            var path = set is null or ReferenceBundle.Operators ? ReferenceCommands.Route : VerifierApi.Path(ReferenceCommands.Bundles, set);
            var forms = new[] { parsed.GetValue(cose), parsed.GetValue(key) is not null, parsed.GetValue(json) }.Count(form => form);
            if (forms > 1 || (parsed.GetValue(key) is null && signing.AreGiven(parsed)))
            {
                throw CommandException.Unusable("one of --json, --cose and --sign; name, version, origin and validity go with --sign");
            }

            using var api = server.Connect(parsed, surroundings);
            if (parsed.GetValue(cose))
            {
                var signed = path == ReferenceCommands.Route
                    ? throw CommandException.Unusable("the operators' own values are not signed: --sign KEY.pem signs them")
                    : await api.SendAsync(HttpMethod.Get, path + "/signed", null, null, cancellationToken);
                await OutputFile.WriteAsync(target, signed.Body, cancellationToken);
                return Done(report, target);
            }

            var (references, _) = await ReferenceCommands.ReadAsync(api, path, cancellationToken);
            if (parsed.GetValue(key) is not { } keyFile)
            {
                await OutputFile.WriteAsync(target, ReferenceSet.Encode(references.Document), cancellationToken);
                return Done(report, target);
            }

            var corim = signing.ToCorim(parsed, references);
            await OutputFile.WriteAsync(target, SigningOptions.Sign(corim, keyFile), cancellationToken);
            return CorimReader.TryRead(corim, out var document, out var problem) ? Done(report, document, target) : throw CommandException.Unusable(problem.ToString());
        });
        return export;
    }

    private static int Done(Report report, string target)
    {
        new Page(report).Line(0, $"written to {target}");
        return (int)ExitCode.Yes;
    }

    private static int Done(Report report, CorimDocument document, string target)
    {
        ReferenceSignCommand.Say(report, document, target);
        return (int)ExitCode.Yes;
    }
}
