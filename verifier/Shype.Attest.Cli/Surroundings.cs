using System.Text;

namespace Shype.Attest.Cli;

/// <summary>Everything that a command takes from the process around it, so that a test can stand in for it.</summary>
public sealed class Surroundings : IDisposable
{
    /// <summary>Standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>Standard output.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error.</summary>
    public required TextWriter Errors { get; init; }

    /// <summary>Columns of the terminal that standard output is; null for a file or a pipe, which get no colour and no wrapping.</summary>
    public int? TerminalWidth { get; init; }

    /// <summary>Columns of the terminal that standard error is; null for a file or a pipe, which see no progress.</summary>
    public int? ErrorsWidth { get; init; }

    /// <summary>Whether a person sits there who can be asked.</summary>
    public bool CanAsk { get; init; }

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The real ones.</summary>
    public static Surroundings OfThisProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = new StreamWriter(Console.OpenStandardOutput(), Utf8),
        Errors = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true },
        TerminalWidth = Console.IsOutputRedirected ? null : Width(),
        ErrorsWidth = Console.IsErrorRedirected ? null : Width(),
        CanAsk = !Console.IsInputRedirected && !Console.IsOutputRedirected,
        Environment = System.Environment.GetEnvironmentVariable,
        Clock = TimeProvider.System,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        Errors.Dispose();
    }

    private static int Width() => Math.Max(Console.WindowWidth, NarrowestTerminal);

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private const int NarrowestTerminal = 40;
}
