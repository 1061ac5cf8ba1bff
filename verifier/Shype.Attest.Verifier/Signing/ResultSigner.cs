using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Signing;

/// <summary>Signs results with the key whose time it is.</summary>
internal sealed class ResultSigner(KeyRing ring)
{
    /// <summary>The public keys: of results that are valid, and of the next ones.</summary>
    public JsonWebKeySet Published => ring.Published(KeyPurposes.Results);

    /// <summary>Signs a result.</summary>
    public string Sign(AttestationResult result)
    {
        var current = ring.Current(KeyPurposes.Results);
        return ResultToken.Sign(current.Key, current.Stored.Id, result);
    }
}
