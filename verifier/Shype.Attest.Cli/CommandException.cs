namespace Shype.Attest.Cli;

/// <summary>Ends a command early with one message for a person. Thrown inside commands only; <see cref="CommandLine"/> is the border.</summary>
public sealed class CommandException : Exception
{
    /// <summary>The end of a command.</summary>
    /// <param name="exitCode">What the program ends with.</param>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public CommandException(ExitCode exitCode, string message)
        : base(message) => ExitCode = exitCode;

    /// <summary>What the program ends with.</summary>
    public ExitCode ExitCode { get; }

    /// <summary>An input that cannot be used.</summary>
    public static CommandException Unusable(string message) => new(ExitCode.Usage, message);

    /// <summary>A question that could not be asked.</summary>
    public static CommandException NotAsked(string message) => new(ExitCode.CouldNotAsk, message);
}
