namespace Shype.Attest.TpmSim;

/// <summary>Something that the simulator was given and cannot use: a file, a folder, an option. The message says which, and what to do.</summary>
public sealed class SimulatorException : Exception
{
    /// <summary>With a generic message.</summary>
    public SimulatorException()
        : base("the simulator cannot use what it was given")
    {
    }

    /// <summary>With a message.</summary>
    public SimulatorException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what lies under it.</summary>
    public SimulatorException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
