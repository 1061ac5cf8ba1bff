using System.CommandLine;
using System.Security.Cryptography;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Acm.Binary;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype policy compile</c>.</summary>
internal static class PolicyCompileCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new PolicyFile();
        var output = new Option<string>("--output", "-o") { Description = "Where the binary policy goes", HelpName = "FILE", Required = true };
        var fileHash = new Option<bool>("--file-hash") { Description = "Write the SHA-1 of the file's bytes as the XML's hash, instead of that of the XML as Xen's tools print it" };
        var json = JsonOption.Create();
        var compile = new Command(
            "compile",
            """
            Compile a policy to the binary form that sHype's hypervisors load: ACM_POLICY_VERSION 4, Xen 3.3 to 4.1, byte for byte as Xen's tools did.

            Exit code 0: it was written. 1: the policy is refused; every problem is listed with line and column.

            Example:
              shype policy compile policy.xml -o policy.bin
            """)
        { output, fileHash, json };
        file.AddTo(compile);
        compile.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var input = await file.ReadAsync(surroundings, parsed, cancellationToken);
            if (AcmBinary.Recognises(input.Bytes))
            {
                throw CommandException.Unusable($"{input.Name}: is a binary policy already");
            }

            var document = await file.UnderstandAsync(surroundings, parsed, input, cancellationToken);
            if (document.Policy is not { } policy)
            {
                return PolicyFile.Refuse(report, input.Name, document);
            }

            PolicyFile.WarnOfLegacy(report, input.Name, document);
            var compiled = AcmBinary.Compile(policy, parsed.GetValue(fileHash) ? XmlPolicyHash.OfFile(input.Bytes) : XmlPolicyHash.OfDocument(input.Bytes));
            var bytes = compiled.Encode();
            var path = parsed.GetRequiredValue(output);
            await OutputFile.WriteAsync(path, bytes, cancellationToken);
            Tell(report, path, bytes, compiled);
            return (int)ExitCode.Yes;
        });
        return compile;
    }

    private static void Tell(Report report, string path, byte[] bytes, AcmBinaryPolicy compiled)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (bytes.Length > AcmBinary.MaxBytesOfXend)
        {
            report.Warn($"{path} has {bytes.Length} bytes; xend reads {AcmBinary.MaxBytesOfXend} and will not load it");
        }

        if (report.Json)
        {
            report.Write(
                new CompiledPolicyReport(compiled.Name, compiled.XmlVersion.ToString()!, path, bytes.Length, digest, Convert.ToHexStringLower(compiled.TablesDigest()), Convert.ToHexStringLower(compiled.XmlHash.AsSpan())),
                CliJson.Default.CompiledPolicyReport);
            return;
        }

        new Page(report).Line(0, $"wrote {path}: {bytes.Length} bytes, sha256:{digest}");
    }
}
