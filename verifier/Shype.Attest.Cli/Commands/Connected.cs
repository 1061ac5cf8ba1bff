using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary>Commands that ask a verifier once and show what it says.</summary>
internal static class Connected
{
    /// <summary>Gives a command the options of a verifier, and its work.</summary>
    public static Command Of(Surroundings surroundings, Command command, Func<VerifierApi, Report, ParseResult, CancellationToken, Task> work)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        command.Options.Add(json);
        server.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = server.Connect(parsed, surroundings);
            await work(api, new Report(surroundings, parsed.GetValue(json)), parsed, cancellationToken);
            return (int)ExitCode.Yes;
        });
        return command;
    }
}
