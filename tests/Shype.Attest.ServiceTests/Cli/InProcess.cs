using Shype.Attest.Cli;
using Shype.Attest.ServiceTests.Verifier;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>The command line in this process, against a running verifier: for many short runs, and with a clock of one's own.</summary>
internal static class InProcess
{
    /// <summary>Runs it with the admin's token.</summary>
    public static async Task<Shype> RunAsync(RunningVerifier verifier, string[] arguments, TimeProvider? clock = null, Action<Dictionary<string, string>>? change = null, CancellationToken cancellationToken = default)
    {
        var environment = verifier.For("admin");
        change?.Invoke(environment);
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        using var surroundings = new Surroundings
        {
            Input = Stream.Null,
            Output = output,
            Errors = errors,
            Environment = name => environment.GetValueOrDefault(name),
            Clock = clock ?? TimeProvider.System,
        };
        var code = await CommandLine.RunAsync(arguments, surroundings, cancellationToken);
        return new Shype(code, output.ToString(), errors.ToString());
    }
}
