using System.Diagnostics;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>Runs a program whose children may outlive it, with its output in a file.</summary>
internal static class Shell
{
    public static (int Status, string Output) Run(IReadOnlyList<string> command)
    {
        var file = Path.GetTempFileName();
        try
        {
            using var process = Process.Start("bash", ["-c", "cd / && exec \"$@\" >\"$0\" 2>&1 </dev/null", file, .. command]);
            process.WaitForExit();
            return (process.ExitCode, File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
