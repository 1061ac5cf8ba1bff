using System.CommandLine;
using Shype.Attest.Appraisal;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference import</c>: gives a verifier a signed bundle.</summary>
internal static class ReferenceImportCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The signed CoRIM (application/rim+cose); - is standard input" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var import = new Command(
            "import",
            """
            Give the verifier a signed bundle of reference values: a CoRIM in COSE_Sign1, signed by one of the allowed signers (shype reference signer).
            Exit code 0: it is kept. 1: refused, for example because it is not signed, or older than what the verifier has seen. 2: it cannot be read.

            Example:
              shype reference import vendor.corim --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { file, json };
        server.AddTo(import);
        import.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var bytes = await InputFile.ReadAsync(surroundings, parsed.GetRequiredValue(file), AppraisalLimits.MaxBundleBytes, cancellationToken);
            using var api = server.Connect(parsed, surroundings);
            var answer = await api.SendAsync(HttpMethod.Post, ReferenceCommands.Bundles, MediaTypes.RimCose, bytes, null, cancellationToken);
            var bundle = api.Read(answer, ProtocolJson.Default.ReferenceBundleInfo);
            if (report.Json)
            {
                report.WriteIndented(bundle, ProtocolJson.Default.ReferenceBundleInfo);
                return (int)ExitCode.Yes;
            }

            new ReferenceText(report).Write([bundle]);
            if (bundle.Unused > 0)
            {
                report.Note($"{bundle.Unused} parts of it are of kinds that this verifier has no use for");
            }

            return (int)ExitCode.Yes;
        });
        return import;
    }
}
