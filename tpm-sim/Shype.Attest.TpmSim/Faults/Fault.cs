namespace Shype.Attest.TpmSim.Faults;

/// <summary>What goes wrong between a client and its TPM, with one command.</summary>
public abstract record Fault
{
    private protected Fault()
    {
    }

    /// <summary>How many commands, one after the other, it meets.</summary>
    internal virtual int Commands => 1;
}

/// <summary>The TPM refuses the command, and so many after it, without carrying them out. 0x922 is TPM_RC_RETRY, which a client repeats.</summary>
/// <param name="ResponseCode">The response code.</param>
/// <param name="Times">How many commands are answered so.</param>
public sealed record Refusal(uint ResponseCode = Refusal.Retry, int Times = 1) : Fault
{
    /// <summary>TPM_RC_RETRY.</summary>
    public const uint Retry = 0x922;

    internal override int Commands => Times;
}

/// <summary>The command is carried out, and its response arrives late.</summary>
/// <param name="Time">How late.</param>
public sealed record Lateness(TimeSpan Time) : Fault;

/// <summary>The command is carried out, and only the first bytes of its response arrive.</summary>
/// <param name="Bytes">How many.</param>
public sealed record CutReply(int Bytes) : Fault;

/// <summary>The command is carried out, and its response has another tag.</summary>
/// <param name="Tag">The tag.</param>
public sealed record WrongTag(ushort Tag) : Fault;

/// <summary>The command is carried out, and its response says another size than it has.</summary>
/// <param name="Size">The size it says.</param>
public sealed record WrongSize(uint Size) : Fault;

/// <summary>No response comes. The client finds out when its patience ends, which here is at once; its connection is of no use afterwards.</summary>
/// <param name="CarriedOut">Whether the TPM carried the command out.</param>
public sealed record Silence(bool CarriedOut) : Fault;

/// <summary>The connection ends instead of a response, and stays ended.</summary>
/// <param name="CarriedOut">Whether the TPM carried the command out before.</param>
public sealed record Death(bool CarriedOut) : Fault;
