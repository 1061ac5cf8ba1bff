using System.Diagnostics;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>The real program as a process of its own.</summary>
internal static class VerifierProcess
{
    public static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "shype-verifier.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
