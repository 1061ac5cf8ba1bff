using System.Diagnostics;
using Xunit;

namespace Shype.Attest.ServiceTests.Sim;

/// <summary>Runs programs of others to the end.</summary>
internal static class Tool
{
    /// <summary>The standard output of a program that succeeds.</summary>
    public static async Task<string> Run(string? tcti, string program, params string[] arguments)
    {
        var (status, output, errors) = await Try(tcti, program, arguments);
        Assert.True(status == 0, $"{program} {string.Join(' ', arguments)}: status {status}\n{output}{errors}");
        return output;
    }

    /// <summary>Status and both outputs.</summary>
    public static async Task<(int Status, string Output, string Errors)> Try(string? tcti, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TPM2TOOLS_TCTI"] = tcti;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
