using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>What the real command line <c>shype</c> ended with.</summary>
/// <param name="ExitCode">0 yes, 1 refused, 2 usage, 3 could not ask.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record Shype(int ExitCode, string Output, string Errors)
{
    /// <summary>The output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs it to the end.</summary>
    public static Task<Shype> RunAsync(params string[] arguments) => RunAsync(null, null, arguments);

    /// <summary>Runs it to the end with environment variables and standard input.</summary>
    public static Task<Shype> RunAsync(IReadOnlyDictionary<string, string>? environment, byte[]? input, params string[] arguments) =>
        RunAsync(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "shype.dll"), .. arguments]), environment, input);

    /// <summary>Runs a program to the end.</summary>
    public static async Task<Shype> RunAsync(ProcessStartInfo start, IReadOnlyDictionary<string, string>? environment = null, byte[]? input = null)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.WriteAsync(input ?? [], TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var run = new Shype(process.ExitCode, await output, await errors);
        // No stack trace to a user, whatever happened.
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", run.Errors, StringComparison.Ordinal);
        return run;
    }
}
