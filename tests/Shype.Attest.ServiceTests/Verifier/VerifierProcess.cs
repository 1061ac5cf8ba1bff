using System.Diagnostics;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>The real program as a process of its own.</summary>
internal static class VerifierProcess
{
    private static string Program => Path.Combine(AppContext.BaseDirectory, "shype-verifier.dll");

    public static Process Start(params string[] arguments) => Run("dotnet", [Program, .. arguments]);

    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Run("env", [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), "dotnet", Program, .. arguments]);

    /// <summary>No file may grow beyond so many KiB: writes fail in the middle, as on a full disk.</summary>
    public static Process StartWithFileLimit(int kibibytes, params string[] arguments) =>
        Run("bash", ["-c", $"trap '' XFSZ; ulimit -S -f {kibibytes}; DOTNET_EnableWriteXorExecute=0 exec dotnet \"$0\" \"$@\"", Program, .. arguments]);

    private static Process Run(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
