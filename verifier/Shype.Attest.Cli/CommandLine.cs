using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Shype.Attest.Cli.Commands;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli;

/// <summary>The command line <c>shype</c>: its commands, and the border where whatever went wrong becomes a sentence and an exit code.</summary>
public static class CommandLine
{
    /// <summary>All commands.</summary>
    public static RootCommand Create(Surroundings surroundings)
    {
        var sections = Sections(surroundings);
        var root = new RootCommand(
            """
            What an operator, a relying party or an auditor does by hand with Shype.Attest.

            Exit codes: 0 yes, 1 refused, 2 usage or unreadable input, 3 could not ask. Every command has --json. docs/cli.md goes task by task.
            The verifier is named once by SHYPE_SERVER, SHYPE_CA and SHYPE_TOKEN_FILE, or each time by --server, --ca and --token-file.
            """);
        foreach (var command in sections.SelectMany(section => section.Commands))
        {
            root.Subcommands.Add(command);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new GroupHelp(surroundings, [.. sections.Select(section => (section.Title, (IReadOnlyList<string>)[.. section.Commands.Select(command => command.Name)]))], (HelpAction)help.Action!);
        return root;
    }

    private static (string Title, IReadOnlyList<Command> Commands)[] Sections(Surroundings surroundings) =>
    [
        ("Ask for verdicts, and judge them",
        [
            AttestCommand.ForVms(surroundings),
            VerdictCommands.Create(surroundings),
            VerifyCommand.Create(surroundings),
            SessionCommands.Create(surroundings),
        ]),
        ("Hosts",
        [
            HostCommands.Create(surroundings),
            EventsCommand.Create(surroundings),
            WebhookCommands.Create(surroundings),
        ]),
        ("What is demanded and called good",
        [
            ReferenceCommands.Create(surroundings),
            AppraisalPolicyCommands.Create(surroundings),
            TrustCommands.Create(surroundings),
        ]),
        ("The verifier itself",
        [
            DoctorCommand.Create(surroundings),
            TokenCommands.Create(surroundings),
            SigningKeyCommands.Create(surroundings),
            AuditCommands.Create(surroundings),
        ]),
        ("Without a verifier: files of any origin",
        [
            PolicyCommands.Create(surroundings),
            IsolationCommands.Create(surroundings),
            TpmCommands.Create(surroundings),
            EkCommands.Create(surroundings),
            LogCommands.Create(surroundings),
            CelCommands.Create(surroundings),
            ImaCommands.Create(surroundings),
            CompletionCommand.Create(surroundings),
        ]),
    ];

    /// <summary>Runs one command line to its exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Surroundings surroundings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        // Arguments are data: none of them may pull in a file by starting with '@'.
        var parsed = Create(surroundings).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var report = new Report(surroundings, args.Contains(JsonOption.Name));
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                return report.Fail(ExitCode.Usage, string.Join(" ", parsed.Errors.Select(error => error.Message)), $"shype --help shows what there is.");
            }

            var configuration = new InvocationConfiguration { Output = surroundings.Output, Error = surroundings.Errors, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (CommandException refused)
        {
            return report.Fail(refused.ExitCode, refused.Message);
        }
        catch (OperationCanceledException)
        {
            return report.Fail(ExitCode.CouldNotAsk, "interrupted");
        }
#pragma warning disable CA1031 // the last border: a fault of ours is a sentence too, never a stack trace
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return report.Fail(ExitCode.CouldNotAsk, $"this is a fault of shype itself, please report it: {fault.GetType().Name}: {fault.Message}");
        }
        finally
        {
            await surroundings.Output.FlushAsync(CancellationToken.None);
        }
    }
}
