using System.CommandLine;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype policy</c>: isolation policies, from their files; and the trial of appraisal policies.</summary>
public static class PolicyCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("policy", "Read, check and compile isolation policies (show, check, compile); try appraisal policies (test).")
    {
        PolicyShowCommand.Create(surroundings),
        PolicyCheckCommand.Create(surroundings),
        PolicyCompileCommand.Create(surroundings),
        PolicyTestCommand.Create(surroundings),
    };
}
