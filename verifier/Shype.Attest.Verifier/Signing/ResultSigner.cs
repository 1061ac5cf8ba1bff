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

    /// <summary>The key that signs now.</summary>
    public JsonWebKey PublicKey => ring.Current(KeyPurposes.Results).PublicKey!;

    /// <summary>Signs a result with the current key, in a form that somebody asked for.</summary>
    public SignedResult Sign(AttestationResult result, EarForm form)
    {
        var current = ring.Current(KeyPurposes.Results);
        return form.IsCwt
            ? new SignedResult(form, null, ResultCwt.Sign(current.Key, current.Stored.Id, result, form.Profile))
            : new SignedResult(form, ResultToken.Sign(current.Key, current.Stored.Id, result, form.Profile), null);
    }
}

/// <summary>A signed result: a JWT or a CWT.</summary>
/// <param name="Form">Which form it has.</param>
/// <param name="Text">The JWT.</param>
/// <param name="Binary">The CWT.</param>
internal sealed record SignedResult(EarForm Form, string? Text, byte[]? Binary);
