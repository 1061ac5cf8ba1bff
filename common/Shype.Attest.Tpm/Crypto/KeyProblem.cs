namespace Shype.Attest.Tpm.Crypto;

/// <summary>Why a public key is not used.</summary>
public enum KeyProblemCode
{
    /// <summary>Neither RSA nor an elliptic curve's key.</summary>
    Type,

    /// <summary>The modulus is shorter or longer than allowed, missing, or even.</summary>
    RsaModulus,

    /// <summary>The exponent is even or too small.</summary>
    RsaExponent,

    /// <summary>A curve other than P-256, P-384 and P-521.</summary>
    Curve,

    /// <summary>The point is missing or not on the curve.</summary>
    Point,

    /// <summary>Not a SubjectPublicKeyInfo, or not the PEM of one.</summary>
    Encoding,

    /// <summary>The key cannot receive secrets: no hash or cipher for them.</summary>
    Protection,
}

/// <summary>What is wrong with a public key.</summary>
/// <param name="Code">The kind of problem.</param>
/// <param name="Problem">What is wrong, for a person; no full stop.</param>
public sealed record KeyProblem(KeyProblemCode Code, string Problem);
