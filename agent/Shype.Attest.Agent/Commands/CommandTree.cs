using System.CommandLine;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Doctor;
using Shype.Attest.Agent.Http;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Completion;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Protocol.Checks;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.Agent.Commands;

/// <summary>The command line <c>shype-agent</c>.</summary>
public sealed class CommandTree
{
    private readonly TextWriter _results;
    private readonly TextWriter _progress;
    private readonly bool _isTerminal;
    private readonly Option<string> _config = new("--config")
    {
        Description = "The settings file.",
        HelpName = "FILE",
        Recursive = true,
        DefaultValueFactory = _ => "/etc/shype/agent.yaml",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print results as JSON.", Recursive = true };
    private readonly Argument<string> _name = new("NAME") { Description = "The VM's name or uuid." };
    private readonly Argument<string> _vm = new("VM") { Description = "An xl configuration on Xen; a name or uuid where there is a manifest." };
    private readonly Argument<string[]> _images = new("FILE") { Description = "Files or block devices.", Arity = ArgumentArity.OneOrMore };
    private readonly Argument<string[]> _call = new("CALL") { Description = "NAME OPERATION SUB-OPERATION EXTRA, as libvirt gives them.", Arity = new(2, 4) };
    private readonly Option<string> _kind = new("--digest")
    {
        Description = "sha256, fs-verity or dm-verity.",
        HelpName = "KIND",
        DefaultValueFactory = _ => "sha256",
    };

    private readonly Option<string> _salt = new("--salt") { Description = "dm-verity's salt, in hex.", HelpName = "HEX", DefaultValueFactory = _ => "" };
    private readonly Option<string> _format = new("--format")
    {
        Description = "raw, or qcow2: then every file that the image stands on.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "raw",
    };

    private readonly Option<string?> _evidence = new("--evidence-out")
    {
        Description = "Keep the evidence that is sent in this file (application/cmw+cbor).",
        HelpName = "FILE",
    };

    private readonly Option<string> _reason = new("--reason")
    {
        Description = "Why it no longer runs.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "shutdown",
    };

    private CommandTree(TextWriter results, TextWriter progress, bool isTerminal)
    {
        (_results, _progress, _isTerminal) = (results, progress, isTerminal);
        _kind.CompletionSources.Add("sha256", "fs-verity", "dm-verity");
        _format.CompletionSources.Add("raw", "qcow2");
    }

    private delegate Task<ExitCode> Work(AgentContext agent, ParseResult arguments, Output output, CancellationToken cancellationToken);

    /// <summary>Runs one command and says how it ended.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="results">Standard output.</param>
    /// <param name="progress">Standard error.</param>
    /// <param name="isTerminal">Whether a person looks at standard error.</param>
    public static async Task<int> RunAsync(string[] arguments, TextWriter results, TextWriter progress, bool isTerminal = false)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var parsed = new CommandTree(results, progress, isTerminal).Root().Parse(arguments);
        if (parsed.Errors.Count == 0)
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = results, Error = progress })
                .ConfigureAwait(false);
        }

        foreach (var error in parsed.Errors)
        {
            await progress.WriteLineAsync("shype-agent: " + error.Message).ConfigureAwait(false);
        }

        await progress.WriteLineAsync("shype-agent: see shype-agent --help").ConfigureAwait(false);
        return (int)ExitCode.Usage;
    }

    private RootCommand Root() => new("Measures what runs on this host into its TPM, and proves it to a verifier.")
    {
        _config,
        _json,
        Verb("enrol", "Make this host known to the verifier; done again it is the same host.",
            (agent, _, output, cancel) => Verbs.EnrolAsync(agent, output, cancel)),
        Verb("rotate-key", "Take a new attestation key in the place of the one that is used.",
            (agent, _, output, cancel) => Verbs.RotateKeyAsync(agent, output, cancel)),
        new Command("measure", "Measure into the TPM.")
        {
            Verb("boot", "Measure hypervisor and policy: once in a boot, and again after a change.",
                (agent, _, output, cancel) => Verbs.MeasureBootAsync(agent, output, cancel)),
            MeasuringImages(),
        },
        new Command("vm", "Starts and stops of VMs.")
        {
            Verb("start", "Measure a VM, and let it start where the policy permits it.",
                (agent, arguments, output, cancel) => Verbs.VmStartAsync(agent, arguments.GetRequiredValue(_vm), output, cancel), _vm),
            Verb("stop", "Record that a VM no longer runs.",
                (agent, arguments, output, cancel) => Task.FromResult(
                    Verbs.VmStop(agent, arguments.GetRequiredValue(_name), arguments.GetRequiredValue(_reason), output, cancel)), _name, _reason),
            Verb("check", "Hold what the hypervisor runs against the log, and record what differs.",
                (agent, _, output, cancel) => GateVerbs.VmCheckAsync(agent, output, cancel)),
        },
        new Command("hook", "Called by hypervisors' own tools.")
        {
            Verb("libvirt-qemu", "libvirt's hook for QEMU: the domain's XML is read from standard input.",
                (agent, arguments, output, cancel) => Task.FromResult(GateVerbs.LibvirtHook(agent, arguments.GetRequiredValue(_call), output, cancel)), _call),
        },
        Verb("attest", "Answer one challenge of the verifier, and show its verdict.",
            (agent, arguments, output, cancel) => Verbs.AttestAsync(agent, arguments.GetValue(_evidence), output, cancel), _evidence),
        Serving(),
        Verb("status", "Show what is measured in this boot.",
            (agent, _, output, cancel) => Task.FromResult(Verbs.Status(agent, output, cancel))),
        Examining(),
        Completing(),
    };

    // Looks at what the other verbs need, and so needs nothing of it.
    private Command Examining()
    {
        var command = new Command("doctor", "Look whether this host has what the agent needs, and say what to do where not; nothing is changed.");
        command.SetAction(async (arguments, cancel) =>
        {
            var output = new Output(_results, _progress, arguments.GetValue(_json), _isTerminal);
            return await GuardedAsync(output, async () =>
            {
                var found = await HostExamination.RunAsync(arguments.GetRequiredValue(_config), TimeProvider.System, cancel).ConfigureAwait(false);
                output.Result(found, CheckJson.Default.CheckReport, HostExamination.Text);
                return found.Healthy ? ExitCode.Yes : ExitCode.Refused;
            }).ConfigureAwait(false);
        });
        return command;
    }

    // Needs no settings: an image is measured for whoever writes references.
    private Command MeasuringImages()
    {
        var command = new Command("image", "Print the digest of files, as start records have it; nothing is recorded.") { _images, _kind, _salt, _format };
        command.SetAction(async (arguments, cancel) =>
        {
            var output = new Output(_results, _progress, arguments.GetValue(_json), _isTerminal);
            return await GuardedAsync(output, () => Task.FromResult(GateVerbs.MeasureImages(
                arguments.GetRequiredValue(_images), arguments.GetRequiredValue(_kind), arguments.GetRequiredValue(_salt), arguments.GetRequiredValue(_format), output, cancel)))
                .ConfigureAwait(false);
        });
        return command;
    }

    private Command Completing()
    {
        var shell = CompletionScript.Shell();
        var command = new Command("completion", "Print a script that completes shype-agent's commands and options in a shell.") { shell };
        command.SetAction(arguments =>
        {
            var report = new CompletionReport(arguments.GetRequiredValue(shell), CompletionScript.Of(arguments.GetRequiredValue(shell), CompletionTree.Of("shype-agent", Root())));
            new Output(_results, _progress, arguments.GetValue(_json), _isTerminal).Result(report, AgentJson.Default.CompletionReport, found => found.Script);
            return (int)ExitCode.Yes;
        });
        return command;
    }

    private Command Serving()
    {
        var command = new Command("serve", "Answer the verifier's challenges until told to end.");
        command.SetAction((arguments, cancel) => Guarded(arguments, (options, _) => Serve.RunAsync(options, cancel)));
        return command;
    }

    private Command Verb(string name, string description, Work work, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.SetAction((arguments, cancel) => Guarded(arguments, async (options, output) =>
        {
            using var agent = new AgentContext(options, MeasurementSources.Choose(options), TimeProvider.System, output.Say);
            return await work(agent, arguments, output, cancel).ConfigureAwait(false);
        }));
        return command;
    }

    private async Task<int> Guarded(ParseResult arguments, Func<AgentOptions, Output, Task<ExitCode>> work)
    {
        var output = new Output(_results, _progress, arguments.GetValue(_json), _isTerminal);
        if (!AgentOptions.TryRead(arguments.GetRequiredValue(_config), out var options, out var problem))
        {
            output.Error(problem.ToString());
            return (int)ExitCode.Usage;
        }

        return await GuardedAsync(output, () => work(options, output)).ConfigureAwait(false);
    }

    // The one place where exceptions become sentences and exit codes.
    private static async Task<int> GuardedAsync(Output output, Func<Task<ExitCode>> work)
    {
        try
        {
            return (int)await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var (code, sentence) = Explain(e);
            output.Error(sentence);
            return (int)code;
        }
    }

    private static (ExitCode Code, string Sentence) Explain(Exception e) => e switch
    {
        AgentException refused => (refused.Code, refused.Message),
        VerifierException refused => (refused.Code, refused.Message),
        MeasurementLogException or TpmFailedException => (ExitCode.CouldNot, e.Message),
        OperationCanceledException => (ExitCode.CouldNot, "interrupted"),
        _ => (ExitCode.CouldNot, $"an error that should not happen ({e.GetType().Name}): {e.Message}"),
    };
}
