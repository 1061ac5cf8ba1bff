using System.CommandLine;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.References.Corim;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference sign</c>: makes a signed bundle, without any verifier.</summary>
internal static class ReferenceSignCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "A reference document (JSON), or a CoRIM without a signature; - is standard input" };
        var key = new Option<string>("--key") { Description = "The private key, PEM, readable by you alone", HelpName = "KEY.pem", Required = true };
        var output = new Option<string>("--out", "-o") { Description = "Where the signed bundle goes", HelpName = "FILE", Required = true };
        var (signing, json) = (new SigningOptions(), JsonOption.Create());
        var sign = new Command(
            "sign",
            """
            Sign reference values: JSON becomes a CoRIM with a name, a version and an origin; a CoRIM of somebody else is read, checked and signed as it is.
            Keys on P-256, P-384, P-521 sign with ES256, ES384, ES512; RSA keys with PS256. No verifier is needed.

            Example:
              shype reference sign references.json --key release.pem --name images --sequence 7 --origin "Example Ltd, build 7" --not-after 2027-06-30 -o images.corim
            """)
        { file, key, output };
        signing.AddTo(sign);
        sign.Options.Add(json);
        sign.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            var bytes = await InputFile.ReadAsync(surroundings, path, AppraisalLimits.MaxReferenceBytes, cancellationToken);
            var corim = IsCbor(bytes) ? bytes
                : ReferenceSet.TryRead(bytes, out var references, out var problem) ? signing.ToCorim(parsed, references)
                : throw CommandException.Unusable($"{InputFile.NameOf(path)} is no reference document: {problem}");
            if (!CorimReader.TryRead(corim, out var document, out var wrong))
            {
                throw CommandException.Unusable($"{InputFile.NameOf(path)} is no CoRIM that a verifier of this version takes: {wrong}");
            }

            if (IsCbor(bytes) && signing.AreGiven(parsed))
            {
                throw CommandException.Unusable("name, version, origin and validity of a CoRIM are its maker's; leave these options out");
            }

            var target = parsed.GetRequiredValue(output);
            await OutputFile.WriteAsync(target, SigningOptions.Sign(corim, parsed.GetRequiredValue(key)), cancellationToken);
            Say(report, document, target);
            return (int)ExitCode.Yes;
        });
        return sign;
    }

    /// <summary>Says what was written.</summary>
    internal static void Say(Report report, CorimDocument document, string target)
    {
        if (report.Json)
        {
            report.Write(new ReferenceFileReport(document.Id, document.Sequence, document.Origin, document.NotBefore, document.NotAfter, target), CliJson.Default.ReferenceFileReport);
            return;
        }

        new Page(report).Line(0, $"signed: {document.Id} {document.Sequence}, {(document.NotAfter is { } end ? $"until {Page.Moment(end)}" : "which does not expire")}, to {target}");
    }

    // A CoRIM begins with a tag of two bytes (501); JSON never does.
    private static bool IsCbor(byte[] bytes) => bytes is [0xd9, ..] or [0xd2, ..];
}
