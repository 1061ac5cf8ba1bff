namespace Shype.Attest.TpmSim.Emulation;

/// <summary>How clients reach an emulator.</summary>
public enum EmulatorEndpoint
{
    /// <summary>UNIX sockets in the emulator's folder, for the owner only.</summary>
    UnixSocket,

    /// <summary>Two TCP ports of the loopback address: anybody on the machine can use the TPM.</summary>
    Tcp,
}

/// <summary>What an emulator is started with.</summary>
public sealed record EmulatorOptions
{
    /// <summary>The folder that is the TPM: its state, sockets and log. Made when absent; the same folder again is the same TPM.</summary>
    public required string Folder { get; init; }

    /// <summary>How clients reach it.</summary>
    public EmulatorEndpoint Endpoint { get; init; } = EmulatorEndpoint.UnixSocket;

    /// <summary>How long the emulator may take to start, to answer and to end.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The emulator's program.</summary>
    public string Program { get; init; } = "swtpm";
}
