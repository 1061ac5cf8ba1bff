using System.CommandLine;
using Shype.Attest.Cli.Output;
using Shype.Attest.Completion;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype completion</c>: what a shell needs to complete commands and options.</summary>
internal static class CompletionCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        var shell = CompletionScript.Shell();
        var json = JsonOption.Create();
        var completion = new Command(
            "completion",
            """
            Print a script that completes shype's commands and options in a shell. The script asks nobody: neither a verifier nor shype itself.

            Examples:
              source <(shype completion bash)
              shype completion bash > /usr/share/bash-completion/completions/shype
              shype completion zsh > /usr/share/zsh/vendor-completions/_shype
              shype completion fish > /usr/share/fish/vendor_completions.d/shype.fish
            """)
        { shell, json };
        completion.SetAction(parsed =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var script = CompletionScript.Of(parsed.GetRequiredValue(shell), CompletionTree.Of("shype", CommandLine.Create(surroundings)));
            if (report.Json)
            {
                report.Write(new CompletionReport(parsed.GetRequiredValue(shell), script), CliJson.Default.CompletionReport);
            }
            else
            {
                report.Line(script);
            }

            return (int)ExitCode.Yes;
        });
        return completion;
    }
}
