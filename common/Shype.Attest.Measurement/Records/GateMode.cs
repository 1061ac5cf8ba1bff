namespace Shype.Attest.Measurement.Records;

/// <summary>What the agent's launch gate does with a start that the policy forbids, or that it cannot judge.</summary>
public enum GateMode
{
    /// <summary>It is refused; "enforce" on the wire.</summary>
    Enforce,

    /// <summary>It is recorded and happens; "observe" on the wire.</summary>
    Observe,
}
