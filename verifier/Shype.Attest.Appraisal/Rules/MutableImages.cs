namespace Shype.Attest.Appraisal.Rules;

/// <summary>What is said of a VM that runs from something that can change after it was measured.</summary>
public enum MutableImages
{
    /// <summary>A warning, unless its reference says that it may.</summary>
    ByReference,

    /// <summary>Nothing.</summary>
    Allowed,

    /// <summary>A warning, whatever its reference says.</summary>
    Reported,
}
