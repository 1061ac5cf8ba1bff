namespace Shype.Attest.Appraisal;

/// <summary>What a finding means for the verdict.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing; the verdict stays.</summary>
    Information,

    /// <summary>The relying party has to decide.</summary>
    Warning,

    /// <summary>Not to be trusted.</summary>
    Failure,
}
