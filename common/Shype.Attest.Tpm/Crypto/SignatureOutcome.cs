namespace Shype.Attest.Tpm.Crypto;

/// <summary>What a signature check found.</summary>
public enum SignatureOutcome
{
    /// <summary>The key made this signature over these bytes. Never the value of what was not set.</summary>
    Valid = 1,

    /// <summary>It did not.</summary>
    Invalid = 2,

    /// <summary>The signature is of another type than the key: RSA for a curve, a curve's for RSA.</summary>
    KeyMismatch = 3,

    /// <summary>A scheme or hash that is weak, unknown, or not the one that the key is bound to.</summary>
    AlgorithmNotAllowed = 4,
}
