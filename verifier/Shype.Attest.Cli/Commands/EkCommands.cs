using System.CommandLine;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype ek</c>: certificates of TPMs.</summary>
public static class EkCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("ek", "Judge certificates of TPMs; no server and no TPM is needed.")
    {
        EkCheckCommand.Create(surroundings),
    };
}
