namespace Shype.Attest.Agent;

/// <summary>Something that ends a command: a sentence for the person who gave it, and the exit code that says who is at fault.</summary>
public sealed class AgentException : Exception
{
    /// <summary>With what happened and what to do.</summary>
    public AgentException(ExitCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>How the program ends.</summary>
    public ExitCode Code { get; }
}

/// <summary>Exit codes, the same in all programs of this project.</summary>
public enum ExitCode
{
    /// <summary>Yes, done.</summary>
    Yes = 0,

    /// <summary>Refused: by the gate, or by the verifier.</summary>
    Refused = 1,

    /// <summary>A command line or a file that cannot be read as what it should be.</summary>
    Usage = 2,

    /// <summary>It could not be done or asked: TPM, disk, network.</summary>
    CouldNot = 3,
}
