using System.CommandLine;
using System.Text.Json;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype verify</c>: a verdict made again from its bundle, without any server.</summary>
public static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("BUNDLE") { Description = "The bundle (shype host bundle); - is standard input" };
        var keys = new Option<string?>("--jwks")
        {
            Description = "The verifier's keys as you kept them, a file; without, who signed is only the bundle's own word", HelpName = "FILE",
        };
        var roots = new Option<string[]>("--ek-roots")
        {
            Description = "Authorities that you trust to vouch for TPMs, a folder or a file: the endorsement key's certificates in the bundle are judged by them, as of its time",
            HelpName = "DIR",
        };
        var json = JsonOption.Create();
        var verify = new Command(
            "verify",
            """
            Appraise a bundle again, years later and without any server: the answer is held against the signed result in it,
            claim by claim.

            The host's logs are replayed from their first record. The time of the appraisal is that of the bundle: the answer says how things were then.
            Two things stay the verifier's word, because only it could know them: that the challenge was its own, and that the attestation key was proven to
            live in the TPM at enrolment. Who the verifier was is known only with --jwks, and who vouched for the TPM only with --ek-roots.
            Exit code 0: the same answer, signed, and affirming for the host and every VM. 1: another verdict, another answer, a signature that does not hold, or
            with --ek-roots no certificate that they vouch for. 2: the bundle cannot be read.

            Examples:
              shype verify bundle.cbor --jwks jwks.json
              shype verify bundle.cbor --jwks jwks.json --ek-roots /etc/shype/ek-roots
            """)
        { file, keys, roots, json };
        verify.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            var bundle = await BundleFile.ReadAsync(surroundings, path, cancellationToken);
            var pinned = parsed.GetValue(keys) is { } named ? await ReadKeysAsync(surroundings, named, cancellationToken) : null;
            if (pinned is null)
            {
                report.Warn("no keys were given (--jwks): the signature is checked with the key that the bundle itself brings, so who signed is only its own word");
            }

            var endorsement = await EndorsementReport.CheckAsync(surroundings, bundle, parsed.GetValue(roots) ?? [], cancellationToken);
            return Answer(report, bundle, BundleCheck.Of(bundle, pinned ?? bundle.Keys), pinned is null ? "the bundle's own key set" : parsed.GetValue(keys)!, endorsement);
        });
        return verify;
    }

    private static int Answer(Report report, OpenBundle bundle, BundleCheck check, string origin, EndorsementReport endorsement)
    {
        if (report.Json)
        {
            using var claims = JsonDocument.Parse(check.Result.Write());
            report.Write(BundleReport.Of(bundle, check, origin, endorsement, claims.RootElement), CliJson.Default.BundleReport);
        }
        else
        {
            new BundleText(report).Write(bundle, check, origin, endorsement);
        }

        if (check.SignatureProblem is { } problem)
        {
            report.Complain($"the signed result in the bundle does not hold under {origin}: {problem.Detail}; believe nothing of it");
        }

        if (check.Differences.Count > 0)
        {
            report.Complain($"the signed result says otherwise in {check.Differences.Count} claims: it was not made from what is in this bundle, or by other rules than this program's");
        }

        if (endorsement.IsRefused)
        {
            report.Complain($"the endorsement key: {endorsement.Text}");
        }

        return (int)(check.IsAffirming && !endorsement.IsRefused ? ExitCode.Yes : ExitCode.Refused);
    }

    private static async Task<JsonWebKeySet> ReadKeysAsync(Surroundings surroundings, string path, CancellationToken cancellationToken) =>
        JsonWebKeySet.TryRead(await InputFile.ReadAsync(surroundings, path, ProtocolLimits.MaxJsonBytes, cancellationToken), out var keys, out var problem)
            ? keys
            : throw CommandException.Unusable($"--jwks: {path} is not a JSON Web Key Set: {problem}");
}
