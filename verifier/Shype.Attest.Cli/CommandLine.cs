using System.CommandLine;
using System.CommandLine.Invocation;
using Shype.Attest.Cli.Commands;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli;

/// <summary>The command line <c>shype</c>: its commands, and the border where whatever went wrong becomes a sentence and an exit code.</summary>
public static class CommandLine
{
    /// <summary>All commands.</summary>
    public static RootCommand Create(Surroundings surroundings) => new(
        """
        What an operator, a relying party or an auditor does by hand with Shype.Attest.

        Offline, with files of any origin:
          shype tpm quote-verify -u ak.pub -m quote.msg -s quote.sig -q 00112233 -f quote.pcrs
          shype log show /sys/kernel/security/tpm0/binary_bios_measurements
          shype ima show /sys/kernel/security/ima/binary_runtime_measurements
          shype verify bundle.cbor --jwks jwks.json

        Exit codes everywhere: 0 yes, 1 refused, 2 usage or unreadable input, 3 could not ask. Every command has --json.
        """)
    {
        AttestCommand.ForVms(surroundings),
        HostCommands.Create(surroundings),
        VerdictCommands.Create(surroundings),
        VerifyCommand.Create(surroundings),
        ReferenceCommands.Create(surroundings),
        AppraisalPolicyCommands.Create(surroundings),
        TrustCommands.Create(surroundings),
        AuditCommands.Create(surroundings),
        TokenCommands.Create(surroundings),
        EventsCommand.Create(surroundings),
        WebhookCommands.Create(surroundings),
        SigningKeyCommands.Create(surroundings),
        TpmCommands.Create(surroundings),
        EkCommands.Create(surroundings),
        LogCommands.Create(surroundings),
        CelCommands.Create(surroundings),
        ImaCommands.Create(surroundings),
        PolicyCommands.Create(surroundings),
        IsolationCommands.Create(surroundings),
    };

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
