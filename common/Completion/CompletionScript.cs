using System.CommandLine;

namespace Shype.Attest.Completion;

/// <summary>The scripts of all shells that are known.</summary>
internal static class CompletionScript
{
    /// <summary>The argument that chooses one.</summary>
    public static Argument<string> Shell()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        return shell.AcceptOnlyFromAmong(Bash, Zsh, Fish);
    }

    /// <summary>The script for a shell that <see cref="Shell"/> accepted; ends without a line break.</summary>
    public static string Of(string shell, CompletionTree tree) => (shell switch
    {
        Bash => BashScript.Of(tree),
        Zsh => ZshScript.Of(tree),
        _ => FishScript.Of(tree),
    }).TrimEnd('\n');

    private const string Bash = "bash";
    private const string Zsh = "zsh";
    private const string Fish = "fish";
}
