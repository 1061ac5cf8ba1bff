using System.CommandLine;

namespace Shype.Attest.TpmSim.Cli;

/// <summary>Options that more than one command has.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "Say it in JSON, one line", Recursive = true };

    public static Option<string> TpmFolder() => new("--folder") { Description = "The folder that is the TPM", HelpName = "TPM", Required = true };
}
