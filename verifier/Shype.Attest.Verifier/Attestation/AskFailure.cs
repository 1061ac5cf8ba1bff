namespace Shype.Attest.Verifier.Attestation;

/// <summary>Why there is no verdict at all.</summary>
internal enum AskFailure
{
    /// <summary>No agent is connected.</summary>
    HostNotConnected,

    /// <summary>No agent is connected here, and other verifiers cannot be asked now.</summary>
    OthersUnheard,

    /// <summary>The agent did not answer in time.</summary>
    HostDidNotAnswer,

    /// <summary>No known host runs the VM.</summary>
    VmUnknown,

    /// <summary>Several do.</summary>
    VmAmbiguous,

    /// <summary>The verifier failed.</summary>
    Internal,
}
