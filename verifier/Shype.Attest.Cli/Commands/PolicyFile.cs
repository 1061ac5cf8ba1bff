using System.CommandLine;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Cli.Commands;

/// <summary>The policy file that a command is about, and how it is to be read.</summary>
internal sealed class PolicyFile
{
    private readonly Argument<string> _file = new("FILE") { Description = "The policy, XML as sHype's tools wrote it; - is standard input" };
    private readonly Option<bool> _legacy = new("--legacy")
    {
        Description = "Read it as leniently as Xen's tools did, any schema since 2005; each place is reported. Agents and verifiers never read like this",
    };

    private readonly Option<string?> _labels = new("--labels") { Description = "The label template of a policy of 2005, which had two files; needs --legacy", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_legacy);
        command.Add(_labels);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_labels) is not null && !result.GetValue(_legacy))
            {
                result.AddError("--labels needs --legacy: policies of two files are read as legacy only");
            }
        });
    }

    public async Task<NamedBytes> ReadAsync(Surroundings surroundings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = parsed.GetRequiredValue(_file);
        // The largest of all forms; each reader has its own bound.
        return new(InputFile.NameOf(path), await InputFile.ReadAsync(surroundings, path, FlaskLimits.MaxFileBytes, cancellationToken));
    }

    public async Task<AcmDocument> UnderstandAsync(Surroundings surroundings, ParseResult parsed, NamedBytes file, CancellationToken cancellationToken)
    {
        var labels = parsed.GetValue(_labels) is { } path ? await InputFile.ReadAsync(surroundings, path, AcmLimits.MaxFileBytes, cancellationToken) : [];
        return parsed.GetValue(_legacy) ? AcmXml.ReadLegacy(file.Bytes, labels) : AcmXml.Read(file.Bytes);
    }

    /// <summary>Says why a file is refused, in both forms.</summary>
    public static int Refuse(Report report, string name, AcmDocument document)
    {
        if (report.Json)
        {
            report.Write(new PolicyProblemsReport([.. document.Problems.Select(PolicyProblemReport.Of)]), CliJson.Default.PolicyProblemsReport);
        }

        foreach (var problem in document.Problems)
        {
            report.Complain($"{name}: {problem}");
        }

        return (int)ExitCode.Refused;
    }

    /// <summary>Says where a file was read leniently.</summary>
    public static void WarnOfLegacy(Report report, string name, AcmDocument document)
    {
        foreach (var reading in document.LegacyReadings)
        {
            report.Warn($"{name}: read as legacy: {reading}");
        }
    }

    internal sealed record NamedBytes(string Name, byte[] Bytes);
}
