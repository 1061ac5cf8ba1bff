using System.CommandLine;
using System.Text;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference signer</c>: the keys that may sign bundles.</summary>
internal static class ReferenceSignerCommands
{
    public static Command Create(Surroundings surroundings) => new("signer", "List, allow and take back the keys that may sign bundles of reference values.")
    {
        Create(surroundings, "list", "List the keys that may sign bundles.", "", [], (api, _, cancellationToken) =>
            api.GetAsync(ReferenceCommands.Signers, ProtocolJson.Default.ReferenceSignerList, cancellationToken)),
        Add(surroundings),
        Remove(surroundings),
    };

    private static Command Add(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "Whose key it is" };
        var key = new Argument<string>("KEY") { Description = "The public key: SubjectPublicKeyInfo in PEM or DER, on P-256, P-384 or P-521, or RSA from 2048 bits" };
        return Create(
            surroundings,
            "add",
            "Allow a key to sign bundles. Compare its SHA-256 with the one that its owner tells you.",
            " example-ltd example-ltd.pub.pem",
            [name, key],
            async (api, parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(key);
                var bytes = await InputFile.ReadAsync(surroundings, path, MaxKeyBytes, cancellationToken);
                if (!ReferenceSigner.TryCreate(parsed.GetRequiredValue(name), bytes, out var signer, out var problem))
                {
                    throw CommandException.Unusable($"{InputFile.NameOf(path)}: {problem}");
                }

                var request = new ReferenceSignerInfo
                {
                    Name = signer.Name, PublicKey = System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", signer.PublicKey.Span),
                };
                var added = await api.PostAsync(ReferenceCommands.Signers, request, ProtocolJson.Default.ReferenceSignerInfo, ProtocolJson.Default.ReferenceSignerInfo, cancellationToken);
                return new ReferenceSignerList { Signers = [added] };
            });
    }

    private static Command Remove(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "Whose key it is, as \"reference signer list\" shows it" };
        return Create(
            surroundings,
            "remove",
            "Take a key back. Bundles that it signed do not count any more, until it is allowed again.",
            " example-ltd",
            [name],
            async (api, parsed, cancellationToken) => api.Read(
                await api.SendAsync(HttpMethod.Delete, VerifierApi.Path(ReferenceCommands.Signers, parsed.GetRequiredValue(name)), null, null, cancellationToken),
                ProtocolJson.Default.ReferenceSignerList));
    }

    private static Command Create(
        Surroundings surroundings, string verb, string help, string example, IReadOnlyList<Argument> arguments,
        Func<VerifierApi, ParseResult, CancellationToken, Task<ReferenceSignerList>> ask)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var command = new Command(verb, new StringBuilder(help).Append(
            $"""


            Example:
              shype reference signer {verb}{example} --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """).ToString());
        foreach (var argument in arguments)
        {
            command.Arguments.Add(argument);
        }

        command.Options.Add(json);
        server.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var signers = await ask(api, parsed, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(signers, ProtocolJson.Default.ReferenceSignerList);
            }
            else
            {
                new ReferenceText(report).Write(signers.Signers);
            }

            return (int)ExitCode.Yes;
        });
        return command;
    }

    private const int MaxKeyBytes = 16 * 1024;
}
