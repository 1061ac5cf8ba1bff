using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary>Commands that ask a verifier once and show what it says.</summary>
internal static class Connected
{
    /// <summary>Gives a command the options of a verifier, and its work.</summary>
    public static Command Of(Surroundings surroundings, Command command, Func<VerifierApi, Report, ParseResult, CancellationToken, Task> work) =>
        Of(surroundings, command, async (api, report, parsed, cancellationToken) =>
        {
            await work(api, report, parsed, cancellationToken);
            return ExitCode.Yes;
        });

    /// <summary>The same for work whose answer can be no.</summary>
    public static Command Of(Surroundings surroundings, Command command, Func<VerifierApi, Report, ParseResult, CancellationToken, Task<ExitCode>> work)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        command.Options.Add(json);
        server.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = server.Connect(parsed, surroundings);
            return (int)await work(api, new Report(surroundings, parsed.GetValue(json)), parsed, cancellationToken);
        });
        return command;
    }
}
