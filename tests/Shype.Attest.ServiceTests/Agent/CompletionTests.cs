using System.Diagnostics;
using Shype.Attest.Agent.Commands;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>The scripts of <c>shype-agent completion</c> in a shell.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("ser", "serve")]
    [InlineData("vm st", "start\nstop")]
    [InlineData("--config agent.yaml measure b", "boot")]
    [InlineData("measure image --digest fs", "fs-verity")]
    [InlineData("vm stop --js", "--json")]
    public async Task Bash_completes_the_word(string typed, string completed)
    {
        var script = new StringWriter();
        Assert.Equal(0, await CommandTree.RunAsync(["completion", "bash"], script, TextWriter.Null));
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["bash"], script.ToString(), TestContext.Current.CancellationToken);

        const string shell = """source "$1"; shift; COMP_WORDS=(shype-agent "$@"); COMP_CWORD=$#; $(complete -p shype-agent | sed 's/.*-F \([^ ]*\) .*/\1/'); printf '%s\n' "${COMPREPLY[@]}" """;
        var run = await Cli.Shype.RunAsync(new ProcessStartInfo("bash", ["--norc", "-c", shell, "bash", scratch["bash"], .. typed.Split(' ')]));
        Assert.Equal((0, "", completed + "\n"), (run.ExitCode, run.Errors, run.Output));
    }

    [Fact]
    public async Task It_is_there_as_JSON_too_and_a_shell_that_is_not_known_is_refused()
    {
        var output = new StringWriter();
        Assert.Equal(0, await CommandTree.RunAsync(["completion", "zsh", "--json"], output, TextWriter.Null));
        Assert.Equal("zsh", (string)System.Text.Json.Nodes.JsonNode.Parse(output.ToString())!["shell"]!);
        Assert.Equal(2, await CommandTree.RunAsync(["completion", "csh"], TextWriter.Null, TextWriter.Null));
    }
}
