namespace Shype.Attest.TpmSim.Emulation;

/// <summary>An emulator that did not start, answer or obey; the message says what to do.</summary>
public sealed class EmulatorException : Exception
{
    /// <summary>With a generic message.</summary>
    public EmulatorException()
        : base("the TPM emulator failed")
    {
    }

    /// <summary>With a message.</summary>
    public EmulatorException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what lies under it.</summary>
    public EmulatorException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
