using System.Diagnostics;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>The scripts of <c>shype completion</c> in the shells that they are for; zsh and fish only where they are installed.</summary>
public sealed class CompletionTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();

    public async ValueTask InitializeAsync()
    {
        foreach (var shell in (string[])["bash", "zsh", "fish"])
        {
            var made = await Shype.RunAsync("completion", shell);
            Assert.Equal((0, ""), (made.ExitCode, made.Errors));
            await File.WriteAllTextAsync(_scratch[shell], made.Output, TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(_scratch["boot.log"], "", TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("ho", "host")]
    [InlineData("host appr", "approve")]
    [InlineData("host list --state un", "unreachable")]
    [InlineData("host list --group list --st", "--state")]
    [InlineData("host list --server https://127.0.0.1:8443 --sta", "--state")]
    [InlineData("token add alice --role ad", "admin")]
    [InlineData("reference signer li", "list")]
    [InlineData("log show FOLDER/boot", "FOLDER/boot.log")]
    [InlineData("host list --ca FOLDER/boot", "FOLDER/boot.log")]
    [InlineData("host list --timeout 6", "")]
    [InlineData("completion f", "fish")]
    public async Task Bash_completes_the_word(string typed, string completed)
    {
        var words = Place(typed).Split(' ');
        const string script = """source "$1"; shift; COMP_WORDS=(shype "$@"); COMP_CWORD=$#; _shype; printf '%s\n' "${COMPREPLY[@]}" """;
        var run = await Shype.RunAsync(new ProcessStartInfo("bash", ["--norc", "-c", script, "bash", _scratch["bash"], .. words]));
        Assert.Equal((0, "", Place(completed) + "\n"), (run.ExitCode, run.Errors, run.Output));
    }

    /// <summary>As a person does it: an interactive bash on a terminal, and the tab key.</summary>
    [Fact]
    public async Task A_tab_on_a_terminal_completes_the_line()
    {
        // Ctrl-A goes to the line's beginning, so that what was completed is said and not run.
        var keys = $"PS1=; source {_scratch["bash"]}\nshype host hist\thv1 --js\t\u0001echo said: \nexit\n";
        var run = await Shype.RunAsync(
            new ProcessStartInfo("script", ["-qec", "bash --norc --noprofile -i", "/dev/null"]), new Dictionary<string, string> { ["TERM"] = "dumb" }, System.Text.Encoding.UTF8.GetBytes(keys));
        Assert.Contains("\nsaid: shype host history hv1 --json", run.Output.Replace("\r", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task The_shell_itself_finds_nothing_wrong_with_the_script(string shell)
    {
        Assert.SkipUnless(IsInstalled(shell), $"{shell} is not installed");
        var run = await Shype.RunAsync(new ProcessStartInfo(shell, ["-n", _scratch[shell]]));
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Errors));
    }

    [Theory]
    [InlineData("shype host appr", "approve\tLet a host that enrolled take part.\n")]
    [InlineData("shype host list --state un", "unreachable\tOnly hosts in this state\n")]
    [InlineData("shype log show FOLDER/boot", "FOLDER/boot.log\n")]
    public async Task Fish_completes_the_word_and_says_what_it_means(string typed, string completed)
    {
        Assert.SkipUnless(IsInstalled("fish"), "fish is not installed");
        var run = await Shype.RunAsync(new ProcessStartInfo("fish", ["--no-config", "-c", "source $argv[1]; complete -C $argv[2]", _scratch["fish"], Place(typed)]));
        Assert.Equal((0, "", Place(completed)), (run.ExitCode, run.Errors, run.Output));
    }

    private string Place(string text) => text.Replace("FOLDER", Path.GetDirectoryName(_scratch["boot.log"]), StringComparison.Ordinal);

    private static bool IsInstalled(string shell) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell)));
}
